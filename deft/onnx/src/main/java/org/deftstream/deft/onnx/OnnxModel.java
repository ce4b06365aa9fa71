package org.deftstream.deft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.ModelPrior;

/** A model of ONNX in its session. It has no gradient. */
final class OnnxModel implements ModelPrior.Evaluation {
  private final Path file;
  private final ModelConfig config;
  private final OrtSession session;

  OnnxModel(Path file, ModelConfig config) {
    this.file = file;
    this.config = config;
    try {
      session = OnnxRuntime.session(file);
    } catch (OrtException e) {
      throw OnnxRuntime.unsound(file, e);
    }
  }

  @Override
  public String device() {
    return "ONNX Runtime cpu";
  }

  @Override
  public float[] answer(ModelPrior.Batch batch) {
    var environment = OrtEnvironment.getEnvironment();
    try (var sample =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch.images()), batch.sides());
        var time = time(environment, batch);
        var result = session.run(Map.of(config.sample(), sample, config.time(), time))) {
      var values = ((OnnxTensor) result.get(config.output()).orElseThrow()).getFloatBuffer();
      if (values.remaining() != batch.images().length) {
        throw new EngineBrokenException(
            file
                + " answers images of "
                + batch.images().length
                + " values with "
                + values.remaining());
      }
      var answer = new float[values.remaining()];
      values.get(answer);
      return answer;
    } catch (OrtException e) {
      throw new EngineBrokenException("ONNX Runtime failed in " + file, e);
    }
  }

  private OnnxTensor time(OrtEnvironment environment, ModelPrior.Batch batch) throws OrtException {
    int[] t = batch.timesteps();
    long[] sides = config.timeScalar() ? new long[0] : new long[] {t.length};
    return switch (config.timeType()) {
      case "int64" ->
          OnnxTensor.createTensor(
              environment, LongBuffer.wrap(Arrays.stream(t).asLongStream().toArray()), sides);
      case "int32" -> OnnxTensor.createTensor(environment, IntBuffer.wrap(t), sides);
      default -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(batch.told()), sides);
    };
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close " + file, e);
    }
  }
}
