package org.deftstream.cli;

import org.deftstream.deft.tensorflow.CudaLibraries;
import org.deftstream.deft.tensorflow.TensorFlowDevice;

/** Which device computes, and what a GPU lacks to be it. Stateless. */
final class DoctorDevice {
  private static final double GIB = 1L << 30;

  private DoctorDevice() {}

  static void look(DoctorFindings findings) {
    findings.good(
        "machine",
        "%d processors, %s %s, Java %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.version")));
    boolean built = TensorFlowDevice.builtForGpus();
    findings.good(
        "TensorFlow",
        TensorFlowDevice.version()
            + (built ? ", built for GPUs, " : ", built for processors, ")
            + TensorFlowDevice.libraries());
    var driver = CudaLibraries.driver();
    driver.ifPresent(
        found ->
            found
                .gpus()
                .forEach(
                    gpu ->
                        findings.good(
                            "GPU",
                            "%s, %.1f GiB, the driver runs CUDA up to %s"
                                .formatted(
                                    gpu.name(), gpu.memoryBytes() / GIB, found.cudaVersion()))));
    int taken = TensorFlowDevice.gpus();
    if (taken > 0) {
      findings.good(
          "device", taken == 1 ? "TensorFlow gpu" : "TensorFlow gpu, the first of " + taken);
    } else if (!built) {
      String why = "TensorFlow cpu: it was built without GPUs";
      if (driver.isPresent()) {
        findings.wrong(
            "device", why + "; build with DEFTSTREAM_MAVEN_ARGS=-Pgpu, or take the :gpu image");
      } else {
        findings.good("device", why);
      }
    } else {
      explain(findings, driver.isPresent());
    }
  }

  /** TensorFlow was built for GPUs and takes none. */
  private static void explain(DoctorFindings findings, boolean driver) {
    findings.wrong("device", "TensorFlow cpu, although it was built for GPUs");
    boolean missing = false;
    for (var library : CudaLibraries.look()) {
      if (library.problem().isPresent()) {
        missing = true;
        findings.wrong(
            library.name(), "missing: " + library.origin() + " (" + library.problem().get() + ")");
      }
    }
    if (!missing) {
      findings.wrong(
          "GPU",
          driver
              ? "all libraries are there; TF_CPP_MIN_LOG_LEVEL=0 lets TensorFlow say why it takes"
                  + " none"
              : "the driver shows none to this process (nvidia-smi; in a container --gpus all)");
    }
  }
}
