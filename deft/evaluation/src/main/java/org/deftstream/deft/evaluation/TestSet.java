package org.deftstream.deft.evaluation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.training.ImageSet;

/**
 * Simulated measurements, the same for every method: each image is measured once with every seed.
 * Immutable.
 *
 * @param items in the order of the seeds, then of the images
 * @param fingerprint SHA-256 over operator, images and seeds, in hexadecimal
 */
record TestSet(List<Item> items, String fingerprint) {
  private static final long DISTURBING = 0x5DEECE66DL;

  /**
   * One measurement and the truth behind it.
   *
   * @param image index of the image within the set
   * @param seed seed of the mask and the noise
   * @param truth the image, flat, channels last
   * @param auxiliary the record's auxiliary inputs
   * @param measurement y with the operator of this record
   * @param placed what was put into the image; null for nothing
   */
  record Item(
      int image,
      long seed,
      float[] truth,
      Map<String, float[]> auxiliary,
      BoundMeasurement measurement,
      Insertion.Placed placed) {
    /** Seeds the noise of the samplers. */
    String id(int restart) {
      return "evaluation-" + seed + "-" + image + (restart == 0 ? "" : "-restart-" + restart);
    }

    /**
     * What is judged of an image: all of it, or where something was put in that is not part of the
     * truth, what lies outside of that; there the truth takes its place.
     */
    float[] judged(float[] shown) {
      if (placed == null || truth == placed.image()) {
        return shown;
      }
      var outside = shown.clone();
      for (int i : placed.inside()) {
        outside[i] = truth[i];
      }
      return outside;
    }

    /** The share of a lesion's contrast that an image shows; NaN where there is none. */
    double contrastKept(float[] shown) {
      return placed == null || truth != placed.image()
          ? Double.NaN
          : placed.contrast(shown) / placed.contrast(truth);
    }
  }

  /**
   * Measures images.
   *
   * @param operator what the methods are told
   * @param instrument what really measures, mostly the same
   */
  static TestSet simulate(
      ForwardOperator operator, Instrument instrument, ImageSet images, List<Long> seeds) {
    var items = new ArrayList<Item>();
    var digest = sha256();
    digest.update(Operators.fingerprint(operator).getBytes(StandardCharsets.UTF_8));
    if (instrument.operator() != operator) {
      digest.update(Operators.fingerprint(instrument.operator()).getBytes(StandardCharsets.UTF_8));
    }
    if (instrument.disturbed()) {
      digest.update(
          (instrument.jitterDegrees() + " " + instrument.insertion())
              .getBytes(StandardCharsets.UTF_8));
    }
    for (long seed : seeds) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
      for (int i = 0; i < images.size(); i++) {
        var item = item(operator, instrument, images.image(i, false), i, seed);
        items.add(item);
        for (float value : item.truth()) {
          digest.update((byte) Math.round((value + 1) * 127.5f));
        }
      }
    }
    return new TestSet(List.copyOf(items), HexFormat.of().formatHex(digest.digest()));
  }

  private static Item item(
      ForwardOperator operator, Instrument instrument, float[] image, int index, long seed) {
    var random = new SplittableRandom(seed * 1_000_003 + index);
    var auxiliary = operator.drawAuxiliary(random);
    var bound = operator.bind(auxiliary);
    // Of its own, so that the noise is what it is without a disturbance.
    var disturbing = new SplittableRandom((seed * 1_000_003 + index) ^ DISTURBING);
    var measuring = instrument.measuring(auxiliary, disturbing);
    var insertion = instrument.insertion();
    var placed =
        insertion.map(disc -> disc.place(image, operator.imageShape(), disturbing)).orElse(null);
    float[] seen = placed == null ? image : placed.image();
    float[] y = measuring.simulate(seen, random);
    boolean lesion = insertion.map(Insertion::added).orElse(false);
    return new Item(
        index, seed, lesion ? seen : image, auxiliary, BoundMeasurement.of(bound, y), placed);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
