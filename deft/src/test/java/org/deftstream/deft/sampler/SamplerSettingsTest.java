package org.deftstream.deft.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerSettingsTest {
  @Test
  void shouldReadWhatItWrites() {
    var settings = new SamplerSettings(50, TimeGrid.ROOT, NoiseRule.ZETA, 0.3, 4);

    assertThat(read(settings.toJson().toString())).isEqualTo(settings);
    assertThat(read("{'steps':20,'noiseLevel':1}"))
        .isEqualTo(new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 1));
    assertThat(settings.describe()).isEqualTo("ddim steps=50 grid=root zeta=0.3 samples=4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'noiseLevel':1} | sampler: field 'steps' is missing
          {'steps':0,'noiseLevel':1} | sampler: steps must be a whole number in [1, 1000000], got 0
          {'steps':5,'noiseLevel':1.5} | sampler: noiseLevel must be a number in [0.0, 1.0], got 1.5
          {'steps':5,'noiseLevel':1,'grid':'quadratik'} | sampler: grid 'quadratik' is not known; did you mean 'quadratic'? Known: quadratic, root, uniform
          {'steps':5,'noiseLevel':1,'eta':1} | sampler: unknown field 'eta'; Known: grid, noise, noiseLevel, samples, steps
          {'steps':5,'noiselevel':1} | sampler: field 'noiseLevel' is missing
          """)
  void shouldSayWhatIsWrong(String json, String message) {
    assertThatThrownBy(() -> read(json)).hasMessage(message);
  }

  private static SamplerSettings read(String json) {
    try {
      return SamplerSettings.fromJson(
          new ObjectMapper().readTree(json.replace('\'', '"')), "sampler");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
