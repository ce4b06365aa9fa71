package org.deftstream.deft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void shouldCountEditsAsLevenshteinDoes() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("same", "same")).isZero();
  }

  @Test
  void shouldSuggestOnlyWhatIsClose() {
    assertThat(Nearest.of("stepps", List.of("steps", "grid"))).contains("steps");
    assertThat(Nearest.of("STEPS", List.of("steps", "grid"))).contains("steps");
    assertThat(Nearest.of("temperature", List.of("steps", "grid"))).isEmpty();
    assertThat(Nearest.of("x", Set.of())).isEmpty();
  }

  @Test
  void shouldListTheKnownNamesInOrder() {
    assertThat(Nearest.hint("stepps", List.of("steps", "grid")))
        .isEqualTo("; did you mean 'steps'? Known: grid, steps");
    assertThat(Nearest.hint("temperature", List.of("steps", "grid")))
        .isEqualTo("; Known: grid, steps");
  }
}
