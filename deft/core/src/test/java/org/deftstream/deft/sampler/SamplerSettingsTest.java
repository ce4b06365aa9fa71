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
    // What is written is what instances read that know nothing but DDIM from pure noise.
    assertThat(settings.toJson().toString())
        .isEqualTo(
            "{\"steps\":50,\"grid\":\"root\",\"noise\":\"zeta\",\"noiseLevel\":0.3,"
                + "\"samples\":4}");
  }

  @Test
  void shouldReadAnotherSolverAndStart() {
    var settings =
        new SamplerSettings(
            15,
            TimeGrid.LOG_SNR,
            NoiseRule.ETA,
            1,
            2,
            SamplerSettings.Solver.DPMPP_2M,
            SamplerSettings.Init.PSEUDO_INVERSE,
            0.4);

    assertThat(read(settings.toJson().toString())).isEqualTo(settings);
    assertThat(
            read(
                "{'steps':15,'grid':'log-snr','noiseLevel':1,'samples':2,'solver':'dpmpp-2m',"
                    + "'init':'pseudo-inverse','start':0.4}"))
        .isEqualTo(settings);
    assertThat(settings.describe())
        .isEqualTo(
            "dpmpp-2m steps=15 grid=log-snr eta=1.0 samples=2 init=pseudo-inverse start=0.4");
    assertThat(settings.withSteps(3).withNoiseLevel(0).withSamples(1))
        .isEqualTo(
            new SamplerSettings(
                3,
                TimeGrid.LOG_SNR,
                NoiseRule.ETA,
                0,
                1,
                SamplerSettings.Solver.DPMPP_2M,
                SamplerSettings.Init.PSEUDO_INVERSE,
                0.4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'noiseLevel':1} | sampler: field 'steps' is missing
          {'steps':0,'noiseLevel':1} | sampler: steps must be a whole number in [1, 10000], got 0
          {'steps':5,'noiseLevel':1.5} | sampler: noiseLevel must be a number in [0.0, 1.0], got 1.5
          {'steps':5,'noiseLevel':1,'grid':'quadratik'} | sampler: grid 'quadratik' is not known; did you mean 'quadratic'? Known: log-snr, quadratic, root, uniform
          {'steps':5,'noiseLevel':1,'eta':1} | sampler: unknown field 'eta'; Known: grid, init, noise, noiseLevel, samples, solver, start, steps
          {'steps':5,'noiseLevel':1,'solver':'dpmpp-2m','noise':'zeta'} | sampler: solver dpmpp-2m goes with noise eta, got zeta
          {'steps':5,'noiseLevel':1,'start':0.5} | sampler: start must be 1 where init is noise: only a noised image (pseudo-inverse, smoothest) can start later; got 0.5
          {'steps':5,'noiseLevel':1,'init':'pseudo-inverse','start':0} | sampler: start must be in (0, 1], got 0.0
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
