package org.deftstream.deft.tensorflow;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What TensorFlow 2.16 looks for before it takes an NVIDIA GPU: if one of the libraries is missing
 * it takes none, and says so only in a log that is silenced here. Versions are those that it was
 * built with: CUDA 12.3 and cuDNN 8.9. Stateless and thread-safe.
 */
public final class CudaLibraries {
  private static final String DRIVER = "libcuda.so.1";
  private static final int MOST_NAME = 256;

  private CudaLibraries() {}

  /**
   * A library that must be found.
   *
   * @param name as the loader looks for it
   * @param origin what it comes with
   * @param problem why it cannot be loaded; empty if it can
   */
  public record Library(String name, String origin, Optional<String> problem) {
    private static Library of(String name, String origin) {
      try {
        NativeLibrary.getInstance(name);
        return new Library(name, origin, Optional.empty());
      } catch (UnsatisfiedLinkError e) {
        String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("not found");
        return new Library(name, origin, Optional.of(why));
      }
    }
  }

  /**
   * A GPU as the driver shows it.
   *
   * @param name for example NVIDIA L4
   * @param memoryBytes all of its memory
   */
  public record Gpu(String name, long memoryBytes) {}

  /**
   * The driver.
   *
   * @param cudaVersion newest version of CUDA that it runs, for example 12.4
   */
  public record Driver(String cudaVersion, List<Gpu> gpus) {}

  /** All libraries that are needed, each looked for in the places of the system's loader. */
  public static List<Library> look() {
    return List.of(
        Library.of(DRIVER, "NVIDIA driver 525 or newer"),
        Library.of("libcudart.so.12", "CUDA 12 runtime"),
        Library.of("libcublas.so.12", "CUDA 12 cuBLAS"),
        Library.of("libcublasLt.so.12", "CUDA 12 cuBLAS"),
        Library.of("libcufft.so.11", "CUDA 12 cuFFT"),
        Library.of("libcusolver.so.11", "CUDA 12 cuSOLVER"),
        Library.of("libcusparse.so.12", "CUDA 12 cuSPARSE"),
        Library.of("libcudnn.so.8", "cuDNN 8.9 for CUDA 12"));
  }

  /** The driver and its GPUs; empty where there is no driver or no GPU that it may use. */
  public static Optional<Driver> driver() {
    try {
      var cuda = NativeLibrary.getInstance(DRIVER);
      var number = new IntByReference();
      if (call(cuda, "cuInit", 0) != 0 || call(cuda, "cuDriverGetVersion", number) != 0) {
        return Optional.empty();
      }
      String version = number.getValue() / 1000 + "." + number.getValue() % 1000 / 10;
      if (call(cuda, "cuDeviceGetCount", number) != 0 || number.getValue() == 0) {
        return Optional.empty();
      }
      var gpus = new ArrayList<Gpu>();
      for (int i = 0; i < number.getValue(); i++) {
        gpus.add(gpu(cuda, i));
      }
      return Optional.of(new Driver(version, List.copyOf(gpus)));
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  private static Gpu gpu(NativeLibrary cuda, int index) {
    var device = new IntByReference();
    call(cuda, "cuDeviceGet", device, index);
    var name = new byte[MOST_NAME];
    call(cuda, "cuDeviceGetName", name, name.length, device.getValue());
    var bytes = new LongByReference();
    call(cuda, "cuDeviceTotalMem_v2", bytes, device.getValue());
    return new Gpu(Native.toString(name), bytes.getValue());
  }

  private static int call(NativeLibrary library, String function, Object... arguments) {
    return library.getFunction(function).invokeInt(arguments);
  }
}
