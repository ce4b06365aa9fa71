package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerConfigTest {
  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  @Test
  void shouldReadBackWhatItWrote() {
    var config = new SchedulerConfig(500, 2e-4, 3e-2, "scaled_linear", Prediction.V);
    assertThat(SchedulerConfig.parse(config.toJson())).isEqualTo(config);
  }

  @Test
  void shouldFillInDiffusersDefaults() throws Exception {
    assertThat(SchedulerConfig.parse(json("{'_class_name': 'DDPMScheduler'}")))
        .isEqualTo(new SchedulerConfig(1000, 1e-4, 2e-2, "linear", Prediction.EPSILON));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'prediction_type': 'flow'}",
        "{'beta_schedule': 'sigmoid'}",
        "{'trained_betas': [0.1]}",
        "{'rescale_betas_zero_snr': true}",
        "{'beta_begin': 0.1}",
      })
  void shouldRefuseByNameWhatItDoesNotUnderstand(String text) throws Exception {
    var config = json(text);
    assertThatThrownBy(() -> SchedulerConfig.parse(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(config.fieldNames().next());
  }
}
