package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.junit.jupiter.api.Test;

class MethodGridTest {
  private static final SamplerSettings SAMPLER =
      new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 1);

  @Test
  void shouldMakeEveryCombinationWithALabelOfWhatDiffers() {
    var methods =
        new MethodGrid()
            .with("steps", List.of(10, 20))
            .with(Map.of("zeta", "0.3, 0.5,1"))
            .methods("dps", "dps", Map.of(), Optional.of(SAMPLER), Optional.empty(), 1);

    assertThat(methods).hasSize(6);
    assertThat(methods.get(1).label()).isEqualTo("dps steps=10 zeta=0.5");
    assertThat(methods.get(1).parameters()).containsExactlyEntriesOf(Map.of("zeta", 0.5));
    assertThat(methods.get(1).sampler().orElseThrow().steps()).isEqualTo(10);
    assertThat(methods).extracting(m -> m.label()).doesNotHaveDuplicates();
  }

  @Test
  void shouldTakeStepsAsAParameterWhereThereIsNoSampler() {
    var method =
        new MethodGrid()
            .with("steps", List.of(100))
            .methods("red-diff", "red-diff", Map.of(), Optional.empty(), Optional.empty(), 1)
            .get(0);

    assertThat(method.label()).isEqualTo("red-diff");
    assertThat(method.parameters()).containsExactlyEntriesOf(Map.of("steps", 100.0));
    assertThat(method.sampler()).isEmpty();
  }

  @Test
  void shouldSayWhichValueIsNoNumber() {
    assertThatThrownBy(() -> new MethodGrid().with(Map.of("zeta", "0.3,x")))
        .isInstanceOf(UserError.class)
        .hasMessage("--set zeta=0.3,x: 'x' is not a number");
  }

  @Test
  void shouldSayWhichSamplerFieldIsOutOfRange() {
    var grid = new MethodGrid().with("steps", List.of(0));

    assertThatThrownBy(
            () -> grid.methods("dps", "dps", Map.of(), Optional.of(SAMPLER), Optional.empty(), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("steps must be a whole number");
  }
}
