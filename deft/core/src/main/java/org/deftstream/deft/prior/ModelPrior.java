package org.deftstream.deft.prior;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.deftstream.deft.image.ImageShape;

/**
 * A prior whose network is a {@link ModelConfig}: images are turned and scaled as the model wants
 * them, and its answer is turned into noise, on the host.
 */
public final class ModelPrior extends DirectoryPrior {
  /** A model that is open in its runtime. Thread-safe; calls end before it is closed. */
  public interface Evaluation extends OnDevice, AutoCloseable {
    /** Whether {@link #product} answers. */
    default boolean hasGradient() {
      return false;
    }

    /** What the model answers; as many values as the batch has. */
    float[] answer(Batch batch);

    /** The vector-Jacobian product of a cotangent that is laid out as the images are. */
    default float[] product(Batch batch, float[] cotangent) {
      throw new UnsupportedOperationException("the model has no vector-Jacobian product");
    }

    @Override
    void close();
  }

  /**
   * What a model is asked.
   *
   * @param images in the model's layout
   * @param sides of that layout, the batch first
   * @param timesteps one for each image, where the model is told whole numbers
   * @param told one for each image, where it is told others
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Batch(float[] images, long[] sides, int[] timesteps, float[] told) {}

  private final ModelConfig config;
  private final Preconditioning asked;
  private final long parameters;
  private final Evaluation model;
  private final ReentrantReadWriteLock calls = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * A prior of a model.
   *
   * @param parameters number of its weights
   * @param model owned: closed with the prior
   */
  public ModelPrior(PriorDirectory directory, long parameters, Evaluation model) {
    super(directory);
    this.config = (ModelConfig) directory.unet();
    this.asked = directory.scheduler().preconditioning();
    this.parameters = parameters;
    this.model = model;
  }

  @Override
  public long parameters() {
    return parameters;
  }

  @Override
  public String device() {
    return model.device();
  }

  @Override
  public boolean usesProcessors() {
    return model.usesProcessors();
  }

  @Override
  public boolean hasGradient() {
    return model.hasGradient();
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    requireRow(row);
    int size = row.size();
    var eps = new float[xt.length];
    for (int from = 0; from < timesteps.length; from += most(timesteps)) {
      int to = from + most(timesteps);
      int[] t = Arrays.copyOfRange(timesteps, from, to);
      var batch = batch(Arrays.copyOfRange(xt, from * size, to * size), t, row);
      float[] answer = fromModel(call(() -> model.answer(batch)), t.length, row);
      for (int i = 0; i < answer.length; i++) {
        int step = t[i / size];
        int at = from * size + i;
        eps[at] =
            asked.ofInput()[step] * xt[at]
                + asked.ofAnswer()[step] * (answer[i] - asked.answerShift());
      }
    }
    return eps;
  }

  @Override
  public float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent, ImageShape row) {
    requireRow(row);
    if (!hasGradient()) {
      throw new UnsupportedOperationException(
          "prior " + name() + " has no vector-Jacobian product");
    }
    requireAlike(cotangent, xt);
    int size = row.size();
    var product = new float[xt.length];
    for (int from = 0; from < timesteps.length; from += most(timesteps)) {
      int to = from + most(timesteps);
      int[] t = Arrays.copyOfRange(timesteps, from, to);
      var batch = batch(Arrays.copyOfRange(xt, from * size, to * size), t, row);
      float[] v = Arrays.copyOfRange(cotangent, from * size, to * size);
      for (int i = 0; i < v.length; i++) {
        v[i] *= asked.ofAnswer()[t[i / size]];
      }
      float[] turned = toModel(v, t.length, row);
      float[] answer = fromModel(call(() -> model.product(batch, turned)), t.length, row);
      for (int i = 0; i < answer.length; i++) {
        int step = t[i / size];
        int at = from * size + i;
        product[at] = asked.ofInput()[step] * cotangent[at] + asked.inputScale()[step] * answer[i];
      }
    }
    return product;
  }

  /** Images that the model takes at once. */
  private int most(int[] timesteps) {
    return config.oneByOne() || config.timeScalar() ? 1 : timesteps.length;
  }

  private Batch batch(float[] xt, int[] t, ImageShape row) {
    int size = row.size();
    var told = new float[t.length];
    for (int i = 0; i < t.length; i++) {
      told[i] = asked.time() == null ? t[i] : asked.time()[t[i]];
    }
    for (int i = 0; i < xt.length; i++) {
      xt[i] = asked.inputScale()[t[i / size]] * xt[i] + asked.inputShift();
    }
    long[] sides =
        config.channelsLast()
            ? new long[] {t.length, row.height(), row.width(), row.channels()}
            : new long[] {t.length, row.channels(), row.height(), row.width()};
    return new Batch(toModel(xt, t.length, row), sides, t, told);
  }

  private float[] toModel(float[] images, int batch, ImageShape row) {
    return config.channelsLast()
        ? images
        : turned(images, batch, row.height() * row.width(), row.channels());
  }

  private float[] fromModel(float[] images, int batch, ImageShape row) {
    return config.channelsLast()
        ? images
        : turned(images, batch, row.channels(), row.height() * row.width());
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

  private interface Call {
    float[] make();
  }

  private float[] call(Call call) {
    calls.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("prior " + name() + " is closed");
      }
      return call.make();
    } finally {
      calls.readLock().unlock();
    }
  }

  @Override
  public void close() {
    calls.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      calls.writeLock().unlock();
    }
  }
}
