package org.deftstream.deft.htransform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.sampler.DdimStep;
import org.junit.jupiter.api.Test;

class HTransformsTest {
  private static final double SIGMA = 0.2;
  private static final double ALPHA_BAR = 0.8; // s_t^2 = 0.25

  @Test
  void shouldPutTheProximalPointInPlaceOfTheCleanImage() {
    // rho = lambda sigma^2 / s_t^2 = 4 * 0.04 / 0.25 = 0.64; x0Hat is clipped to 1 first.
    float[] clean = cleanAfter(HTransforms.create("diffpir", Map.of("lambda", 4.0)));

    assertThat(clean[0]).isCloseTo((float) ((0.5 + 0.64 * 1) / 1.64), within(1e-6f));
    assertThat(clean[1]).isCloseTo(-0.3f, within(1e-6f));
  }

  @Test
  void shouldRefuseDdrmWhereThereIsNoSpectrum() {
    var row = row(0.1f, operator("'kind':'ct-parallel','views':2,'detectorBins':3"));

    assertThatThrownBy(() -> new Ddrm(1).correct(List.of(row)))
        .hasMessageContaining(
            "ddrm needs the singular value decomposition of the operator; ct-parallel has none");
  }

  @Test
  void shouldNameWhatItDoesNotKnow() {
    assertThatThrownBy(() -> HTransforms.create("mcg", Map.of()))
        .hasMessageStartingWith("unknown method 'mcg'")
        .hasMessageEndingWith("Known: ddnm, ddnm-plus, ddrm, dds, diffpir, dps, pigdm");
    assertThatThrownBy(() -> HTransforms.create("ddnm-plus", Map.of("gian", 1.0)))
        .hasMessage("ddnm-plus: unknown parameter 'gian'; did you mean 'gain'? Known: gain");
    assertThatThrownBy(() -> HTransforms.create("ddnm", Map.of("gain", 1.0)))
        .hasMessage("ddnm: unknown parameter 'gain'; Known: none");
    assertThatThrownBy(() -> HTransforms.create("ddnm-plus", Map.of("gain", -1.0)))
        .hasMessage("ddnm-plus: gain must be a number of 0 or more, got -1.0");
    assertThatThrownBy(() -> HTransforms.create("dps", Map.of("zeta", 0.5)))
        .hasMessage("dps needs the Jacobian of a prior; none was given");
    assertThatThrownBy(() -> HTransforms.check("dps", Map.of()))
        .hasMessage("dps: parameter 'zeta' is missing");
    assertThatThrownBy(() -> HTransforms.check("pigdm", Map.of("weight", 0.0)))
        .hasMessage("pigdm: weight must be a number above 0, got 0.0");
    assertThatThrownBy(() -> HTransforms.check("ddrm", Map.of("etaB", 1.5)))
        .hasMessage("ddrm: etaB must be a number in (0, 1], got 1.5");
    assertThatThrownBy(() -> HTransforms.check("dds", Map.of("gamma", 1.0, "iterations", 2.5)))
        .hasMessage("dds: iterations must be a whole number from 1 to 1000, got 2.5");
    assertThatThrownBy(() -> HTransforms.check("dds", Map.of()))
        .hasMessage("dds: parameter 'gamma' is missing");
    assertThatThrownBy(() -> HTransforms.create("diffpir", Map.of("lambda", Double.NaN)))
        .hasMessage("diffpir: lambda must be a number above 0, got NaN");
  }

  /** The clean image of the corrected noise, for x0Hat = (1.5, -0.3) and y = (0.5, hidden). */
  private static float[] cleanAfter(HTransform method) {
    var row = row(1.5f);
    var noise = row.eps().clone();
    float[] h = method.correct(List.of(row)).get(0);
    for (int i = 0; i < noise.length; i++) {
      noise[i] += h[i];
    }
    return DdimStep.clean(row.xt(), noise, ALPHA_BAR);
  }

  private static StepRow row(float first) {
    var masks = "'kind':'inpainting','mask':{'type':'random','leastHidden':0.5,'mostHidden':0.5}";
    return row(first, operator(masks).bind(Map.of("mask", new float[] {1, 0})));
  }

  private static StepRow row(float first, ForwardOperator operator) {
    float[] x0Hat = {first, -0.3f};
    float[] eps = {0.4f, -1.1f};
    var xt = new float[2];
    for (int i = 0; i < 2; i++) {
      xt[i] = (float) (Math.sqrt(ALPHA_BAR) * x0Hat[i] + Math.sqrt(1 - ALPHA_BAR) * eps[i]);
    }
    var y = new float[operator.measure(xt).length];
    Arrays.fill(y, 1.5f);
    y[0] = 0.5f;
    return new StepRow(xt, eps, x0Hat, 100, ALPHA_BAR, BoundMeasurement.of(operator, y));
  }

  private static ForwardOperator operator(String fields) {
    try {
      var noise = ",'noise':{'type':'gaussian','sigma':0.2}}";
      var spec = new ObjectMapper().readTree(("{" + fields + noise).replace('\'', '"'));
      var operator = Operators.create(spec, new ImageShape(1, 2, 1));
      assertThat(operator.noiseSigma()).isEqualTo(SIGMA);
      return operator;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
