package org.deftstream.deft.tensorflow;

import java.util.Base64;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How TensorFlow runs a graph.
 *
 * @param threads processor threads, at least 1
 * @param bfloat16 whether products are taken in bfloat16
 * @param gpuMemory share of a GPU's memory that may be taken, in (0, 1]; the first options of a
 *     process decide
 * @param processorOnly whether GPUs are left alone
 * @param operators where proximal points are found
 */
public record SessionOptions(
    int threads,
    Bfloat16 bfloat16,
    double gpuMemory,
    boolean processorOnly,
    OperatorPlace operators) {
  public SessionOptions {
    if (!(gpuMemory > 0 && gpuMemory <= 1)) {
      throw new IllegalArgumentException(
          "the share of the GPU's memory must be above 0 and at most 1, got " + gpuMemory);
    }
  }

  /** On a GPU where there is one. */
  public SessionOptions(int threads, Bfloat16 bfloat16, double gpuMemory) {
    this(threads, bfloat16, gpuMemory, false, OperatorPlace.HOST);
  }

  /** With all of a GPU's memory, taken as it is needed. */
  public SessionOptions(int threads, boolean bfloat16) {
    this(threads, bfloat16 ? Bfloat16.TRUE : Bfloat16.FALSE, 1);
  }

  /** All processors, float32. */
  public static SessionOptions standard() {
    return new SessionOptions(Runtime.getRuntime().availableProcessors(), false);
  }

  /** The same without GPUs. */
  public SessionOptions onProcessor() {
    return new SessionOptions(threads, bfloat16, gpuMemory, true, operators);
  }

  /** The same with operators elsewhere. */
  public SessionOptions withOperators(OperatorPlace place) {
    return new SessionOptions(threads, bfloat16, gpuMemory, processorOnly, place);
  }

  String toBase64() {
    return Base64.getEncoder().encodeToString(toProto().toByteArray());
  }

  ConfigProto toProto() {
    var rewriter = RewriterConfig.newBuilder();
    if (bfloat16.taken(threads)) {
      rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    var gpu = GPUOptions.newBuilder().setAllowGrowth(true);
    if (gpuMemory < 1) {
      gpu.setPerProcessGpuMemoryFraction(gpuMemory);
    }
    var config = ConfigProto.newBuilder();
    if (processorOnly) {
      config.putDeviceCount("GPU", 0);
    }
    return config
        .setIntraOpParallelismThreads(threads)
        .setInterOpParallelismThreads(1)
        .setAllowSoftPlacement(true)
        .setGpuOptions(gpu)
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .build();
  }
}
