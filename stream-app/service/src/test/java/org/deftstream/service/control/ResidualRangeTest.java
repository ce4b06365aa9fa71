package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResidualRangeTest {
  private static final String SAMPLER = "ddim steps=20 samples=4";
  private static final String FIGURES =
      "{\"sampler\": \"ddim steps=20 samples=4\", \"residual\": {\"low\": 0.5, \"high\": 1.5}}";

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.49, true",
    "0.5, false",
    "1, false",
    "1.5, false",
    "1.51, true",
    "Infinity, true",
    "-1, true"
  })
  void shouldTellWhatLiesOutside(double residual, boolean outside) throws Exception {
    assertThat(ResidualRange.of(json(FIGURES), SAMPLER).orElseThrow().outside(residual))
        .contains(outside);
  }

  @Test
  void shouldNotKnowWithoutANoiseLevel() throws Exception {
    assertThat(ResidualRange.of(json(FIGURES), SAMPLER).orElseThrow().outside(Double.NaN))
        .isEmpty();
  }

  /** The mean of four samples leaves another residual than one. */
  @Test
  void shouldBelongToTheSamplerOfTheValidation() throws Exception {
    assertThat(ResidualRange.of(json(FIGURES), "ddim steps=20 samples=1")).isEmpty();
    assertThat(
            ResidualRange.of(json("{\"residual\": {\"low\": 0.5, \"high\": 1.5}}"), "any sampler"))
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"residual\": 1}",
        "{\"residual\": {\"low\": 0}}",
        "[]",
        "null",
        "{\"residual\": {\"low\": \"0\", \"high\": \"1\"}}"
      })
  void shouldTakeNoRangeFromWhatStatesNone(String figures) throws Exception {
    assertThat(ResidualRange.of(json(figures), SAMPLER)).isEmpty();
  }
}
