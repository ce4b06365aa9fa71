package org.deftstream.deft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  @Test
  @Timeout(20)
  void shouldNotCompareWhatIsLongerThanNamesAre() {
    String text = "x".repeat(15_000_000);
    assertThat(Nearest.of(text, List.of("steps", "x".repeat(300)))).isEmpty();
    assertThat(Nearest.of("x".repeat(299), List.of("x".repeat(300)))).isEmpty();
    assertThat(Nearest.distance(text, text + "y")).isEqualTo(15_000_001);
  }
}
