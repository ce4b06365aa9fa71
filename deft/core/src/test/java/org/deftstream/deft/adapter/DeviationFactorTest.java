package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviationFactorTest {
  private static final String SAMPLER = "ddim steps=3 samples=4";

  /** The spread of other samplers is another. */
  @Test
  void shouldBelongToTheSamplerOfTheValidation() throws Exception {
    var figures =
        new ObjectMapper()
            .readTree("{\"sampler\": \"" + SAMPLER + "\", \"deviation\": {\"factor\": 1.75}}");

    assertThat(DeviationFactor.of(figures, SAMPLER)).contains(1.75);
    assertThat(DeviationFactor.of(figures, "ddim steps=20 samples=4")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"sampler\": \"s\", \"deviation\": 2}",
        "{\"sampler\": \"s\", \"deviation\": {\"factor\": \"2\"}}",
        "{\"sampler\": \"s\", \"deviation\": {\"factor\": 0}}",
        "{\"sampler\": \"s\", \"deviation\": {\"factor\": -1}}",
        "{\"sampler\": \"s\", \"deviation\": {\"factor\": 1e9}}",
        "{\"sampler\": \"s\", \"deviation\": {\"factor\": 1e999}}",
        "{\"deviation\": {\"factor\": 2}}"
      })
  void shouldTakeNoFactorFromWhatStatesNone(String figures) throws Exception {
    assertThat(DeviationFactor.of(new ObjectMapper().readTree(figures), "s")).isEmpty();
  }
}
