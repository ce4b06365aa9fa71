package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdapterVerifierTest {
  private static final long MAX_BYTES = 10_000;
  private static final byte[] FILE = Example.file(Example.tensors());
  private static final AdapterManifest GOOD = Example.manifest(FILE);
  private static final String OTHER_SHA256 = "cd".repeat(32);

  private final AdapterVerifier verifier = new AdapterVerifier(new LinearNetworks(), MAX_BYTES);

  private void verifyManifest(AdapterManifest manifest, long bytes) {
    verifier.verifyManifest(manifest, Example.TASK, Example.OPERATOR, Example.PRIOR, bytes);
  }

  @Test
  void shouldAcceptAnAdapterThatFits() {
    verifyManifest(GOOD, FILE.length);

    assertThat(verifier.verifyWeights(GOOD, FILE).tensors())
        .containsOnlyKeys(LinearNetworks.MIX, LinearNetworks.SCALE);
  }

  static Stream<Arguments> misfits() {
    return Stream.of(
        misfit("task", "other/task", "trained for task other/task", "this is task tiny/inpaint"),
        misfit("priorName", "huge", "prior huge", "the task's prior is tiny"),
        misfit("priorFingerprint", OTHER_SHA256, OTHER_SHA256, Example.PRIOR.fingerprint()),
        misfit("operatorFingerprint", OTHER_SHA256, OTHER_SHA256, GOOD.operatorFingerprint()),
        misfit(
            "operator",
            Map.of("kind", "blur"),
            "operator specification with fingerprint",
            GOOD.operatorFingerprint()),
        misfit("imageShape", List.of(8, 4, 1), "8x4x1", "4x4x1"),
        misfit("network", network("sample_size", 8), "8x8", "4x4"),
        misfit("network", network("in_channels", 99), "99", "" + Example.FEATURES),
        misfit("network", network("out_channels", 3), "output channels 3", "have 1"),
        misfit("network", network("layers_per_block", 60), "60", "at most 8"));
  }

  /** Of the task's other size, and still held to its own. */
  @Test
  void shouldTakeANetworkOfAnySizeForImagesOfAnother() {
    var any = Example.anySize(GOOD);
    var large = Example.OPERATOR.at(new ImageShape(64, 48, 1));
    verifier.verifyManifest(any, Example.TASK, large, Example.PRIOR, FILE.length);
    assertThatThrownBy(
            () -> verifier.verifyManifest(GOOD, Example.TASK, large, Example.PRIOR, FILE.length))
        .hasMessageContaining("was trained on images of 4x4x1; the task's images are 64x48x1");
    var crops = Example.with(any, "imageShape", List.of(8, 8, 1));
    assertThatThrownBy(
            () -> verifier.verifyManifest(crops, Example.TASK, large, Example.PRIOR, FILE.length))
        .hasMessageContaining("network for samples of 4x4; its manifest says 8x8");
  }

  private static Arguments misfit(String field, Object value, String has, String needs) {
    return Arguments.of(field, value, has, needs);
  }

  private static ObjectNode network(String field, int value) {
    return Example.network().put(field, value);
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void shouldRefuseAMisfitAndNameBothSides(String field, Object value, String has, String needs) {
    var manifest = Example.with(GOOD, field, value);

    assertThatThrownBy(() -> verifyManifest(manifest, FILE.length))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageStartingWith("adapter tiny-inpaint-1 ")
        .hasMessageContaining(has)
        .hasMessageContaining(needs)
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseAnAnnouncedSizeOutOfBounds() {
    for (long bytes : new long[] {0, -1, MAX_BYTES + 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> verifyManifest(GOOD, bytes))
          .isInstanceOf(AdapterRefusedException.class)
          .hasMessageContaining(bytes + " bytes")
          .hasMessageContaining("10000");
    }
  }

  @Test
  void shouldRefuseWeightsThatAreTooLarge() {
    assertThatThrownBy(() -> verifier.verifyWeights(GOOD, new byte[(int) MAX_BYTES + 1]))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("10001 bytes");
  }

  @Test
  void shouldRefuseAWrongChecksum() {
    byte[] tampered = FILE.clone();
    tampered[tampered.length - 1] ^= 1;

    assertThatThrownBy(() -> verifier.verifyWeights(GOOD, tampered))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining(AdapterVerifier.sha256(tampered))
        .hasMessageContaining(GOOD.weightsSha256());
  }

  @Test
  void shouldRefuseWhatIsNotSafetensors() {
    assertRefused(
        "not a safetensors file at all".getBytes(java.nio.charset.StandardCharsets.UTF_8),
        "not a safetensors file");
  }

  @Test
  void shouldRefuseAHeaderThatIsTooLargeToUnpack() {
    var file = java.nio.ByteBuffer.allocate(2 << 20).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    file.putLong(file.capacity() - 8);

    var manifest = Example.with(GOOD, "weightsSha256", AdapterVerifier.sha256(file.array()));
    assertThatThrownBy(
            () ->
                new AdapterVerifier(new LinearNetworks(), 4 << 20)
                    .verifyWeights(manifest, file.array()))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("header of 2097144 bytes; at most 1048576 are accepted");
  }

  @Test
  void shouldRefuseAMissingWeight() {
    var tensors = Example.tensors();
    tensors.remove(LinearNetworks.SCALE);

    assertRefused(Example.file(tensors), "lacks weight " + LinearNetworks.SCALE);
  }

  @Test
  void shouldRefuseASurplusWeight() {
    var tensors = Example.tensors();
    tensors.put("extra", new FloatTensor(new int[] {1}, new float[1]));

    assertRefused(Example.file(tensors), "has weight extra");
  }

  @Test
  void shouldRefuseAWrongShape() {
    var tensors = Example.tensors();
    tensors.put(LinearNetworks.SCALE, new FloatTensor(new int[] {2}, new float[2]));

    assertRefused(Example.file(tensors), "of shape [2]; its network needs [1]");
  }

  @Test
  void shouldRefuseValuesThatAreNotFinite() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      var tensors = Example.tensors();
      tensors.put(LinearNetworks.SCALE, new FloatTensor(new int[] {1}, new float[] {value}));

      assertRefused(Example.file(tensors), "NaN or infinity in weight " + LinearNetworks.SCALE);
    }
  }

  @Test
  void shouldRefuseAWrongNumberOfParameters() {
    var manifest = Example.with(GOOD, "parameters", 5);

    assertThatThrownBy(() -> verifier.verifyWeights(manifest, FILE))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("parameters " + (Example.FEATURES + 1))
        .hasMessageContaining("says 5");
  }

  private void assertRefused(byte[] file, String reason) {
    assertThatThrownBy(() -> verifier.verifyWeights(Example.manifest(file), file))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("tiny-inpaint-1")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
  }
}
