package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShutdownOwnerTest {
  private final List<String> closed = Collections.synchronizedList(new ArrayList<>());

  @Test
  void shouldCloseOnceInReverseOrder() {
    var owner = new ShutdownOwner();
    owner.own("stack", () -> closed.add("stack"));
    owner.own("service", () -> closed.add("service"));

    owner.close();
    owner.close();

    assertThat(closed).containsExactly("service", "stack");
  }

  @Test
  void shouldCloseTheOthersWhenOneFails() {
    try (var owner = new ShutdownOwner()) {
      owner.own("stack", () -> closed.add("stack"));
      owner.own(
          "service",
          () -> {
            throw new IllegalStateException("as planned");
          });
    }

    assertThat(closed).containsExactly("stack");
  }

  @Test
  void shouldCloseWhatComesTooLate() {
    var owner = new ShutdownOwner();
    owner.close();

    assertThatThrownBy(() -> owner.own("late", () -> closed.add("late")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("late");
    assertThat(closed).containsExactly("late");
  }
}
