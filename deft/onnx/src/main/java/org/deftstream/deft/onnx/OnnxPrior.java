package org.deftstream.deft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.OnnxConfig;
import org.deftstream.deft.prior.Preconditioning;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.text.FileProblem;

/** A prior whose network is a model of ONNX. It has no gradient. */
final class OnnxPrior implements Prior {
  private final PriorDirectory directory;
  private final OnnxConfig config;
  private final NoiseSchedule schedule;
  private final Preconditioning asked;
  private final OrtSession session;
  private final long parameters;
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
  private boolean closed;

  OnnxPrior(PriorDirectory directory) {
    this.directory = directory;
    this.config = (OnnxConfig) directory.unet();
    this.schedule = directory.scheduler().schedule();
    this.asked = directory.scheduler().preconditioning();
    try {
      directory.scheduler().requireSuits(config);
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + directory.path() + ": " + e.getMessage(), e);
    }
    long bytes = 0;
    for (Path file : directory.weightFiles()) {
      try {
        bytes += Files.size(file);
      } catch (IOException e) {
        throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
      }
    }
    parameters = bytes / Float.BYTES;
    Path model = directory.weightFiles().get(0);
    try {
      session = OnnxRuntime.session(model);
    } catch (OrtException e) {
      throw OnnxRuntime.unsound(model, e);
    }
  }

  @Override
  public String name() {
    return directory.name();
  }

  @Override
  public String fingerprint() {
    return directory.fingerprint();
  }

  @Override
  public ImageShape imageShape() {
    return directory.imageShape();
  }

  @Override
  public Tiling tiling() {
    return directory.tiling();
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule;
  }

  /** About: the size of the model's files in numbers of single precision. */
  @Override
  public long parameters() {
    return parameters;
  }

  @Override
  public String device() {
    return "ONNX Runtime cpu";
  }

  @Override
  public boolean hasGradient() {
    return false;
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    return predictNoise(xt, timesteps, imageShape());
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    if (!row.equals(imageShape()) && !config.anySize()) {
      throw new IllegalArgumentException(
          "prior " + name() + " has rows of " + imageShape() + ", not of " + row);
    }
    int size = row.size();
    var eps = new float[xt.length];
    int most = config.oneByOne() || config.timeScalar() ? 1 : timesteps.length;
    for (int from = 0; from < timesteps.length; from += most) {
      int[] t = Arrays.copyOfRange(timesteps, from, from + most);
      float[] answer = answer(Arrays.copyOfRange(xt, from * size, (from + most) * size), t, row);
      for (int r = 0; r < most; r++) {
        float ofInput = asked.ofInput()[t[r]];
        float ofAnswer = asked.ofAnswer()[t[r]];
        for (int i = r * size; i < (r + 1) * size; i++) {
          int at = from * size + i;
          eps[at] = ofInput * xt[at] + ofAnswer * (answer[i] - asked.answerShift());
        }
      }
    }
    return eps;
  }

  /** What the network answers, channels last. */
  private float[] answer(float[] xt, int[] t, ImageShape row) {
    int size = row.size();
    for (int i = 0; i < xt.length; i++) {
      xt[i] = asked.inputScale()[t[i / size]] * xt[i] + asked.inputShift();
    }
    int pixels = row.height() * row.width();
    boolean last = config.channelsLast();
    long[] sides =
        last
            ? new long[] {t.length, row.height(), row.width(), row.channels()}
            : new long[] {t.length, row.channels(), row.height(), row.width()};
    float[] images = last ? xt : turned(xt, t.length, pixels, row.channels());
    float[] answer = run(images, sides, t);
    if (answer.length != xt.length) {
      throw new EngineBrokenException(
          "prior " + name() + " answers images of " + row + " with " + answer.length + " values",
          null);
    }
    return last ? answer : turned(answer, t.length, row.channels(), pixels);
  }

  private float[] run(float[] images, long[] sides, int[] t) {
    calls.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("prior " + name() + " is closed");
      }
      var environment = OrtEnvironment.getEnvironment();
      try (var sample = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), sides);
          var time = time(environment, t);
          var result = session.run(Map.of(config.sample(), sample, config.time(), time))) {
        var values = ((OnnxTensor) result.get(config.output()).orElseThrow()).getFloatBuffer();
        var answer = new float[values.remaining()];
        values.get(answer);
        return answer;
      }
    } catch (OrtException e) {
      throw new EngineBrokenException("ONNX Runtime failed in prior " + name(), e);
    } finally {
      calls.readLock().unlock();
    }
  }

  private OnnxTensor time(OrtEnvironment environment, int[] t) throws OrtException {
    long[] sides = config.timeScalar() ? new long[0] : new long[] {t.length};
    return switch (config.timeType()) {
      case "int64" ->
          OnnxTensor.createTensor(
              environment, LongBuffer.wrap(Arrays.stream(t).asLongStream().toArray()), sides);
      case "int32" -> OnnxTensor.createTensor(environment, IntBuffer.wrap(t), sides);
      default -> {
        var told = new float[t.length];
        for (int i = 0; i < t.length; i++) {
          told[i] = asked.time() == null ? t[i] : asked.time()[t[i]];
        }
        yield OnnxTensor.createTensor(environment, FloatBuffer.wrap(told), sides);
      }
    };
  }

  private static float[] turned(float[] values, int batch, int rows, int columns) {
    var turned = new float[values.length];
    for (int b = 0; b < batch; b++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          turned[(b * columns + c) * rows + r] = values[(b * rows + r) * columns + c];
        }
      }
    }
    return turned;
  }

  @Override
  public void close() {
    calls.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close prior " + name(), e);
    } finally {
      calls.writeLock().unlock();
    }
  }
}
