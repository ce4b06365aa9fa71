package org.deftstream.deft.tensorflow;

import java.util.Base64;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** How TensorFlow runs a graph: threads and precision. */
public record SessionOptions(int threads, boolean bfloat16) {
  /** All processors, float32. */
  public static SessionOptions standard() {
    return new SessionOptions(Runtime.getRuntime().availableProcessors(), false);
  }

  String toBase64() {
    return Base64.getEncoder().encodeToString(toProto().toByteArray());
  }

  ConfigProto toProto() {
    var rewriter = RewriterConfig.newBuilder();
    if (bfloat16) {
      rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(threads)
        .setInterOpParallelismThreads(1)
        .setAllowSoftPlacement(true)
        .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .build();
  }
}
