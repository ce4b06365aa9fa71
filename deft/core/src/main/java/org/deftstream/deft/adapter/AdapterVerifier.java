package org.deftstream.deft.adapter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.TimeSteps;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.CanonicalJson;

/**
 * Decides whether an adapter fits a task before anything of it is built. Adapters come over the
 * network, so sizes are bounded before memory is taken, and a refusal names both sides. Immutable
 * and thread-safe.
 */
public final class AdapterVerifier {
  /** Default bound of a weights file: 64 MiB, some 16 million float32 weights. */
  public static final long DEFAULT_MAX_BYTES = 64L << 20;

  /** Room for the names and shapes of some ten thousand tensors. */
  private static final long MAX_HEADER_BYTES = 1L << 20;

  private final AdapterNetworks networks;
  private final long maxBytes;

  /**
   * A verifier.
   *
   * @param networks tells the weights that a network needs
   * @param maxBytes largest weights file that is accepted
   */
  public AdapterVerifier(AdapterNetworks networks, long maxBytes) {
    this.networks = networks;
    this.maxBytes = maxBytes;
  }

  /**
   * Checks everything that the manifest alone can tell, before weights are fetched.
   *
   * @param task name of the task that the adapter is to serve
   * @param operator the task's operator
   * @param prior the task's prior
   * @param bytes length of the weights file, as announced
   * @throws AdapterRefusedException the reason
   */
  public void verifyManifest(
      AdapterManifest manifest, String task, ForwardOperator operator, Prior prior, long bytes) {
    same(manifest, "was trained for task", manifest.task(), "this is task", task);
    same(
        manifest,
        "corrects prior",
        manifest.priorName() + " with fingerprint " + manifest.priorFingerprint(),
        "the task's prior is",
        prior.name() + " with fingerprint " + prior.fingerprint());
    same(
        manifest,
        "has operator fingerprint",
        manifest.operatorFingerprint(),
        "the task's operator has",
        Operators.fingerprint(operator));
    same(
        manifest,
        "has an operator specification with fingerprint",
        CanonicalJson.sha256(manifest.operator()),
        "its manifest says",
        manifest.operatorFingerprint());
    if (!manifest.network().anySize()) {
      same(
          manifest,
          "was trained on images of",
          manifest.imageShape().toString(),
          "the task's images are",
          operator.imageShape().toString());
    }
    verifyNetwork(manifest, operator);
    verifySampler(manifest, prior);
    verifySize(manifest, bytes);
  }

  private static void verifySampler(AdapterManifest manifest, Prior prior) {
    try {
      manifest.sampler().ifPresent(sampler -> TimeSteps.of(sampler, prior.schedule()));
    } catch (IllegalArgumentException e) {
      throw new AdapterRefusedException(
          "adapter " + manifest.adapterId() + ", sampler: " + e.getMessage(), e);
    }
  }

  private void verifyNetwork(AdapterManifest manifest, ForwardOperator operator) {
    NetworkConfig network = manifest.network();
    var shape = operator.imageShape();
    // That of a network of any size was trained on crops of its sample's.
    var trained = network.anySize() ? manifest.imageShape() : shape;
    same(
        manifest,
        "has a network for samples of",
        network.sampleHeight() + "x" + network.sampleWidth(),
        network.anySize() ? "its manifest says" : "the task's images are",
        trained.height() + "x" + trained.width());
    same(
        manifest,
        "has a network with input channels",
        Integer.toString(network.inChannels()),
        "the task's features have",
        Integer.toString(AdapterFeatures.channels(manifest.form(), operator)));
    same(
        manifest,
        "has a network with output channels",
        Integer.toString(network.outChannels()),
        "the task's images have",
        Integer.toString(shape.channels()));
    // Counting the weights builds the graph, so its size is bounded first.
    boolean small =
        network.blockOutChannels().size() <= 8
            && network.layersPerBlock() <= 8
            && network.blockOutChannels().stream().allMatch(c -> c >= 1 && c <= 4096);
    if (!small) {
      throw refused(
          manifest,
          "has a network of "
              + network.blockOutChannels().size()
              + " levels, "
              + network.layersPerBlock()
              + " layers each and channels "
              + network.blockOutChannels()
              + "; at most 8 levels, 8 layers and 4096 channels are loaded");
    }
  }

  private void verifySize(AdapterManifest manifest, long bytes) {
    if (bytes < 1 || bytes > maxBytes) {
      throw refused(
          manifest, "has " + bytes + " bytes of weights; 1 to " + maxBytes + " are accepted");
    }
  }

  /**
   * Checks the weights against the manifest: length, checksum, names, shapes and finite values.
   *
   * @param manifest a manifest that {@link #verifyManifest} accepted
   * @param file the bytes of the safetensors file
   * @return the weights, ready to be evaluated
   * @throws AdapterRefusedException the reason
   */
  public AdapterWeights verifyWeights(AdapterManifest manifest, byte[] file) {
    verifySize(manifest, file.length);
    same(
        manifest,
        "has weights with SHA-256",
        sha256(file),
        "its manifest says",
        manifest.weightsSha256());
    requireHeader(manifest, file);
    Map<String, int[]> expected;
    Map<String, FloatTensor> found;
    try {
      expected = networks.weightShapes(manifest.network());
      found = Safetensors.parse(ByteBuffer.wrap(file)).tensors();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new AdapterRefusedException(
          "adapter " + manifest.adapterId() + ": " + e.getMessage(), e);
    }
    verifyTensors(manifest, expected, found);
    var weights = new AdapterWeights(found);
    same(
        manifest,
        "has parameters",
        Long.toString(weights.parameters()),
        "its manifest says",
        Long.toString(manifest.parameters()));
    return weights;
  }

  /** What a header unpacks to is many times its length, so that is looked at first. */
  private static void requireHeader(AdapterManifest manifest, byte[] file) {
    if (file.length < Long.BYTES) {
      return;
    }
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length > MAX_HEADER_BYTES && length <= file.length) {
      throw refused(
          manifest,
          "has a weights file with a header of "
              + length
              + " bytes; at most "
              + MAX_HEADER_BYTES
              + " are accepted");
    }
  }

  private static void verifyTensors(
      AdapterManifest manifest, Map<String, int[]> expected, Map<String, FloatTensor> found) {
    var missing = new TreeSet<>(expected.keySet());
    missing.removeAll(found.keySet());
    if (!missing.isEmpty()) {
      throw refused(
          manifest,
          "lacks weight "
              + missing.first()
              + "; its network needs "
              + expected.size()
              + " weights");
    }
    var surplus = new TreeSet<>(found.keySet());
    surplus.removeAll(expected.keySet());
    if (!surplus.isEmpty()) {
      throw refused(manifest, "has weight " + surplus.first() + "; its network has no such weight");
    }
    found.forEach(
        (name, tensor) -> {
          if (!Arrays.equals(tensor.shape(), expected.get(name))) {
            throw refused(
                manifest,
                "has weight "
                    + name
                    + " of shape "
                    + Arrays.toString(tensor.shape())
                    + "; its network needs "
                    + Arrays.toString(expected.get(name)));
          }
          if (!tensor.isFinite()) {
            throw refused(
                manifest, "has NaN or infinity in weight " + name + "; all must be finite numbers");
          }
        });
  }

  /** SHA-256 in lower-case hexadecimal. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }

  private static void same(
      AdapterManifest manifest, String has, String value, String there, String other) {
    if (!value.equals(other)) {
      throw refused(manifest, has + " " + value + "; " + there + " " + other);
    }
  }

  private static AdapterRefusedException refused(AdapterManifest manifest, String reason) {
    return new AdapterRefusedException("adapter " + manifest.adapterId() + " " + reason);
  }
}
