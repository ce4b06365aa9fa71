package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.junit.jupiter.api.Test;

class PhysicalUnitsTest {
  private static final IntensityScale HU = IntensityScale.window(-1024, 3072, "HU");
  private static final ImageShape SHAPE = new ImageShape(16, 16, 1);

  private static ForwardOperator operator(String json) {
    try {
      return Operators.create(
          new com.fasterxml.jackson.databind.ObjectMapper().readTree(json), SHAPE);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] image() {
    var random = new Random(1);
    var image = new float[SHAPE.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = 2 * random.nextFloat() - 1;
    }
    return image;
  }

  /** What is measured of an image in Hounsfield units is that of the same image in [-1, 1]. */
  @Test
  void shouldTurnLineIntegralsOfPhysicalValuesIntoThoseOfTheImage() {
    var ct =
        operator(
            """
            {"kind": "ct-parallel", "views": 6, "detectorBins": 24,
             "noise": {"type": "gaussian", "sigma": 0.01}}""");
    float[] physical = PhysicalUnits.image(image(), HU);

    float[] values = PhysicalUnits.toImageUnits(ct, ct.measure(physical), HU);

    assertThat(values).containsExactly(ct.measure(image()), within(1e-5f));
    assertThat(PhysicalUnits.toPhysical(ct, values, HU))
        .containsExactly(ct.measure(physical), within(0.02f));
  }

  @Test
  void shouldTurnMaskedPixelsAndLeaveWhatIsNoNumber() {
    var inpainting =
        operator(
            "{\"kind\": \"inpainting\", \"mask\": {\"type\": \"free-form\", \"leastHidden\": 0.3, \"mostHidden\": 0.6}, \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.05}}");
    var mask = new float[SHAPE.size()];
    java.util.Arrays.fill(mask, 1);
    mask[3] = 0;
    var bound = inpainting.bind(Map.of("mask", mask));
    float[] measured = bound.measure(PhysicalUnits.image(image(), HU));
    measured[3] = Float.NaN;

    float[] values = bound.measured(PhysicalUnits.toImageUnits(bound, measured, HU));

    assertThat(values).containsExactly(bound.measure(image()), within(1e-5f));
  }

  @Test
  void shouldTurnDeviationsWithoutTheIntercept() {
    assertThat(PhysicalUnits.deviation(new float[] {0, 0.5f}, HU)).containsExactly(0, 1024);
    assertThat(PhysicalUnits.deviation(new float[] {0.5f}, new IntensityScale(-2, 7, "")))
        .containsExactly(1);
    assertThat(PhysicalUnits.image(new float[] {-1.5f, 0, 1}, HU))
        .containsExactly(-1024, 1024, 3072);
  }

  @Test
  void shouldRefuseWhatIsNotLinear() {
    var hdr = operator("{\"kind\": \"hdr\", \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.05}}");

    assertThatThrownBy(() -> PhysicalUnits.toImageUnits(hdr, new float[SHAPE.size()], HU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hdr is not linear")
        .hasMessageContaining("leave scale out");
  }
}
