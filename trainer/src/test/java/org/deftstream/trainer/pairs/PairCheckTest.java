package org.deftstream.trainer.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;
import org.junit.jupiter.api.Test;

class PairCheckTest {
  private final PairCheck check = new PairCheck(5);
  private final LabelledPair measured = Pairs.record(Pairs.measured("a"));

  private void assertRejected(LabelledPair pair, String message) {
    assertThatThrownBy(() -> check.check(pair, Pairs.task()))
        .isInstanceOf(PairRejectedException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldTakeAMeasuredPairAsItIs() {
    var pair = check.check(measured, Pairs.task());
    assertThat(pair.truth()).isEqualTo(Pairs.measured("a").truth());
    assertThat(pair.measurement().orElseThrow())
        .isEqualTo(Pairs.measured("a").measurement().orElseThrow());
    assertThat(pair.auxiliary()).containsOnlyKeys("mask");
  }

  @Test
  void shouldTakeATruthAlone() {
    var pair = check.check(Pairs.record(Pairs.simulated("b", "s")), Pairs.task());
    assertThat(pair.measurement()).isEmpty();
    assertThat(pair.family()).isEqualTo("s");
  }

  @Test
  void shouldRefuseATruthOfAnotherMeasurement() {
    var shuffled =
        LabelledPair.newBuilder(measured).setTruth(Tensors.of(Pairs.truth(99), 4, 4, 1)).build();
    assertRejected(shuffled, "truth and measurement do not belong together");
  }

  @Test
  void shouldRefuseShapesAndUnits() {
    var small = LabelledPair.newBuilder(measured).setTruth(Tensors.of(new float[4], 2, 2, 1));
    assertRejected(
        small.build(),
        "truth: shape is [2, 2, 1], but must be [4, 4, 1]: adapters are trained on images");
    var colour = LabelledPair.newBuilder(measured).setTruth(Tensors.of(new float[12], 2, 2, 3));
    assertRejected(colour.build(), "truth: shape is [2, 2, 3], but must be [4, 4, 1]");
    var units = new float[16];
    units[3] = 255;
    var bytes = LabelledPair.newBuilder(measured).setTruth(Tensors.of(units, 4, 4, 1));
    assertRejected(bytes.build(), "images have values in [-1, 1]");
    var counts = LabelledPair.newBuilder(measured);
    assertRejected(
        counts.setMeasurement(Tensors.of(units(200), 4, 4, 1)).build(),
        "measurement holds 0.000 to 200.0; inpainting measures -1.000 to 1.000");
  }

  @Test
  void shouldPassOverWhatStandsAtHiddenPixels() {
    var mask = Tensors.toFloats(measured.getAuxiliary().get("mask"));
    var values = Tensors.toFloats(measured.getMeasurement());
    int visible = 0;
    for (int i = 0; i < mask.length; i++) {
      values[i] = mask[i] == 0 ? Float.NaN : values[i];
      visible = mask[i] == 0 ? visible : i;
    }
    assertThat(values).contains(Float.NaN);
    var hidden = LabelledPair.newBuilder(measured);
    hidden.setMeasurement(Tensors.of(values, 4, 4, 1));
    assertThat(check.check(hidden.build(), Pairs.task()).measurement().orElseThrow())
        .doesNotContain(Float.NaN);
    values[visible] = Float.NaN;
    assertRejected(
        hidden.setMeasurement(Tensors.of(values, 4, 4, 1)).build(), "every number must be finite");
  }

  private static float[] units(float value) {
    var values = new float[16];
    java.util.Arrays.fill(values, value);
    return values;
  }

  @Test
  void shouldRefuseAMissingAndASurplusAuxiliaryInput() {
    var none = LabelledPair.newBuilder(measured).setAuxiliary(java.util.Map.of()).build();
    assertRejected(none, "auxiliary input 'mask' of shape [4, 4] is missing");
    var alone = LabelledPair.newBuilder(measured).setMeasurement(null).build();
    assertRejected(alone, "auxiliary input 'mask' comes without a measurement");
  }

  @Test
  void shouldRefuseLongNamesBeforeAnythingIsDoneWithThem() {
    String name = "x".repeat(PairCheck.LONGEST_NAME + 1);
    for (var builder :
        List.of(
            LabelledPair.newBuilder(measured).setId(name),
            LabelledPair.newBuilder(measured).setTask(name),
            LabelledPair.newBuilder(measured).setSeries(name))) {
      assertThatThrownBy(() -> PairCheck.requireNames(builder.build()))
          .isInstanceOf(PairRejectedException.class)
          .hasMessageContaining("has 257 characters, but must have at most 256");
    }
  }

  @Test
  void shouldTakeScansWithAndWithoutAMask() {
    var task = Pairs.scans();
    var plain = Pairs.scan("plain", false);
    assertThat(check.check(Pairs.record(plain, task), task).measurement().orElseThrow())
        .isEqualTo(plain.measurement().orElseThrow());
    var masked = Pairs.scan("masked", true);
    var record = Pairs.record(masked, task);
    var taken = check.check(record, task);
    assertThat(taken.measurement().orElseThrow()).isEqualTo(masked.measurement().orElseThrow());
    assertThat(taken.auxiliary().get("mask")).isEqualTo(masked.auxiliary().get("mask"));
    record.getAuxiliary().put("mask", Tensors.of(new float[] {1, 0, 1, 1}, 4));
    assertThat(check.check(record, task).auxiliary().get("mask"))
        .containsExactly(1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1);
    record.getAuxiliary().put("mask", Tensors.of(new float[3], 3));
    assertThatThrownBy(() -> check.check(record, task))
        .hasMessageContaining("auxiliary.mask: shape is [3], but must be [4, 4] or [4]");
    record.getAuxiliary().clear();
    assertThatThrownBy(() -> check.check(record, task))
        .hasMessageContaining("measurement: shape is [1, 4, 4, 2], but must be [1, 2, 4, 2]");
  }

  @Test
  void shouldNameTheNearestTask() {
    assertThat(PairCheck.unknownTask("small/inpant", List.of("small/inpaint")))
        .hasMessageContaining("small/inpaint");
  }
}
