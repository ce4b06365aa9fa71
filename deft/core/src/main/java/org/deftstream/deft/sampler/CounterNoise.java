package org.deftstream.deft.sampler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The Gaussian noise of one posterior sample, as a function of who it is for and of the step, and
 * of nothing else: the same record gets the same noise after a crash, in another batch, on another
 * machine. {@link Philox} numbers, made normal by {@link NormalPairs}, so every Java runtime gives
 * the same bits. Immutable and thread-safe.
 */
public final class CounterNoise {
  /** The step that stands for the start of a trajectory: {@code fill(x, INITIAL)} is x_T. */
  public static final int INITIAL = -1;

  private final long seed;
  private final int sampleIndex;

  private CounterNoise(long seed, int sampleIndex) {
    this.seed = seed;
    this.sampleIndex = sampleIndex;
  }

  /**
   * The noise of one sample of one measurement.
   *
   * @param sampleIndex 0 to K - 1
   * @param samplerDescription {@link SamplerSettings#describe}
   */
  public static CounterNoise of(String measurementId, int sampleIndex, String samplerDescription) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var description = samplerDescription.getBytes(StandardCharsets.UTF_8);
      // The length goes first, so that no two pairs of texts run together into the same bytes.
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, description.length));
      digest.update(description);
      var hash = digest.digest(measurementId.getBytes(StandardCharsets.UTF_8));
      return ofSeed(ByteBuffer.wrap(hash).getLong(), sampleIndex);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  /** The noise of a sample whose seed is known, as provenance states it. */
  public static CounterNoise ofSeed(long seed, int sampleIndex) {
    if (sampleIndex < 0) {
      throw new IllegalArgumentException("sample index must not be negative, got " + sampleIndex);
    }
    return new CounterNoise(seed, sampleIndex);
  }

  /** The seed: the same for all samples of a measurement, which differ in their index. */
  public long seed() {
    return seed;
  }

  /** Index of the sample, from 0 to K - 1. */
  public int sampleIndex() {
    return sampleIndex;
  }

  /**
   * Fills an array with standard normal values, always the same ones for the same step.
   *
   * @param step the timestep t whose step adds the noise, or {@link #INITIAL}
   */
  public void fill(float[] out, int step) {
    var block = new int[4];
    for (int i = 0, number = 0; i < out.length; i += 4, number++) {
      block[0] = number;
      block[1] = sampleIndex;
      block[2] = step;
      block[3] = 0;
      Philox.encrypt(block, (int) seed, (int) (seed >>> 32));
      NormalPairs.write(out, i, block[0], block[1]);
      if (i + 2 < out.length) {
        NormalPairs.write(out, i + 2, block[2], block[3]);
      }
    }
  }
}
