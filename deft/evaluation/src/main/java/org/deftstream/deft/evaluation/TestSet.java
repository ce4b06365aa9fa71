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

  /**
   * One measurement and the truth behind it.
   *
   * @param image index of the image within the set
   * @param seed seed of the mask and the noise
   * @param truth the image, flat, channels last
   * @param auxiliary the record's auxiliary inputs
   * @param measurement y with the operator of this record
   */
  record Item(
      int image,
      long seed,
      float[] truth,
      Map<String, float[]> auxiliary,
      BoundMeasurement measurement) {
    /** Seeds the noise of the samplers. */
    String id(int restart) {
      return "evaluation-" + seed + "-" + image + (restart == 0 ? "" : "-restart-" + restart);
    }
  }

  /**
   * Measures images.
   *
   * @param operator what the methods are told
   * @param measuring what really measures, mostly the same
   */
  static TestSet simulate(
      ForwardOperator operator, ForwardOperator measuring, ImageSet images, List<Long> seeds) {
    var items = new ArrayList<Item>();
    var digest = sha256();
    digest.update(Operators.fingerprint(operator).getBytes(StandardCharsets.UTF_8));
    if (measuring != operator) {
      digest.update(Operators.fingerprint(measuring).getBytes(StandardCharsets.UTF_8));
    }
    for (long seed : seeds) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
      for (int i = 0; i < images.size(); i++) {
        var random = new SplittableRandom(seed * 1_000_003 + i);
        float[] truth = images.image(i, false);
        var auxiliary = operator.drawAuxiliary(random);
        var bound = operator.bind(auxiliary);
        var y = measuring.bind(auxiliary).simulate(truth, random);
        items.add(new Item(i, seed, truth, auxiliary, BoundMeasurement.of(bound, y)));
        for (float value : truth) {
          digest.update((byte) Math.round((value + 1) * 127.5f));
        }
      }
    }
    return new TestSet(List.copyOf(items), HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
