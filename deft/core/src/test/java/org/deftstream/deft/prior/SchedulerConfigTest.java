package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    var config = new BetaSchedule(500, 2e-4, 3e-2, "scaled_linear", Prediction.V);
    assertThat(SchedulerConfig.parse(config.toJson())).isEqualTo(config);
  }

  @Test
  void shouldFillInDiffusersDefaults() throws Exception {
    assertThat(SchedulerConfig.parse(json("{'_class_name': 'DDPMScheduler'}")))
        .isEqualTo(new BetaSchedule(1000, 1e-4, 2e-2, "linear", Prediction.EPSILON));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'prediction_type': 'flow'}",
        "{'beta_schedule': 'sigmoid'}",
        "{'trained_betas': [0.1]}",
        "{'rescale_betas_zero_snr': true}",
        "{'sigma_data': 0.5}",
        "{'beta_begin': 0.1}",
      })
  void shouldRefuseByNameWhatItDoesNotUnderstand(String text) throws Exception {
    var config = json(text);
    assertThatThrownBy(() -> SchedulerConfig.parse(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(config.fieldNames().next());
  }

  private static final String TRAINED =
      "'num_train_timesteps': 500, 'beta_start': 1e-4, 'beta_end': 2e-2, 'beta_schedule': 'linear'";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'_class_name': 'DDPMScheduler', 'sigma_max': null, 'sigma_min': null,"
            + " 'timestep_type': 'discrete'",
        "'_class_name': 'DPMSolverMultistepScheduler', 'algorithm_type': 'dpmsolver++',"
            + " 'solver_order': 2, 'solver_type': 'midpoint', 'lower_order_final': true,"
            + " 'euler_at_final': false, 'use_karras_sigmas': true, 'use_lu_lambdas': false,"
            + " 'lambda_min_clipped': -5.1, 'final_sigmas_type': 'zero', 'variance_type': null,"
            + " 'use_flow_sigmas': false, 'flow_shift': 1.0",
        "'_class_name': 'DDPMScheduler', '_use_default_values': ['timestep_spacing']",
        "'_class_name': 'DDPMScheduler', 'tensor_format': 'pt', 'timestep_values': null,"
            + " 'timesteps': 500",
        "'_class_name': 'HeunDiscreteScheduler'",
        "'_name_or_path': 'somewhere'",
      })
  void shouldLeaveFieldsThatOnlyConcernSamplingAlone(String fields) throws Exception {
    assertThat(SchedulerConfig.parse(json("{" + fields + ", " + TRAINED + "}")))
        .isEqualTo(new BetaSchedule(500, 1e-4, 2e-2, "linear", Prediction.EPSILON));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "num_train_timesteps: 0",
        "num_train_timesteps: 1",
        "num_train_timesteps: -5",
        "num_train_timesteps: 2000000000",
        "num_train_timesteps: 1e400",
        "num_train_timesteps: '1000'",
        "num_train_timesteps: 999.5",
        "num_train_timesteps: null",
        "num_train_timesteps: [1000]",
        "beta_end: 2.0",
        "beta_end: 1",
        "beta_end: -0.1",
        "beta_end: '0.02'",
        "beta_end: NaN",
        "beta_end: Infinity",
        "beta_end: 0.999",
        "beta_start: 0",
        "beta_start: null",
        "beta_start: true",
        "beta_start: 1e-17",
        "beta_schedule: null",
        "beta_schedule: 3",
        "prediction_type: null",
        "prediction_type: 7",
        "timesteps: 77",
        "use_flow_sigmas: true",
        "rescale_betas_zero_snr: true",
        "trained_betas: [0.1, 0.2]",
        "_class_name: 'FlowMatchEulerDiscreteScheduler'",
        "_class_name: 'ScoreSdeVpScheduler'",
        "trained_betas: 3",
        "trained_betas: ['a']",
        "_class_name: 3",
      })
  void shouldRefuseByNameWhatIsOutOfRangeOrOfAnotherFamily(String field) throws Exception {
    String name = field.substring(0, field.indexOf(':'));
    var config = (ObjectNode) json("{'_class_name': 'DDIMScheduler', " + TRAINED + "}");
    config.setAll(
        (ObjectNode)
            JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build()
                .readTree(
                    ("{'" + name + "'" + field.substring(name.length()) + "}").replace('\'', '"')));
    assertThatThrownBy(() -> SchedulerConfig.parse(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "3", "{'_class_name': 'LCMScheduler'}"})
  void shouldRefuseWhatDoesNotSayHowThePriorWasTrained(String text) throws Exception {
    var config = json(text);
    assertThatThrownBy(() -> SchedulerConfig.parse(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scheduler config: ");
  }
}
