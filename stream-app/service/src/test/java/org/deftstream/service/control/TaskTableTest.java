package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskTableTest {
  private final TaskTable table = new TaskTable();

  private static Routing serving(LoadedAdapter adapter) {
    var task = Fixture.task();
    return new Routing(
        task,
        Fixture.PRIOR,
        task.trainingFree().hTransform(Fixture.PRIOR),
        Optional.of(adapter),
        Optional.empty(),
        0,
        Map.of(adapter.id(), adapter),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void shouldNotLeaseAnAdapterThatWasReplacedBetweenTheChoiceAndTheCount() {
    var next = Fixture.loaded("a-2", new ReferenceCount());
    var replaced =
        new ReferenceCount() {
          @Override
          synchronized boolean tryAcquire() {
            table.flip(serving(next));
            return super.tryAcquire();
          }
        };
    table.flip(serving(Fixture.loaded("a-1", replaced)));

    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.adapterId()).contains("a-2");
    }
    assertThat(replaced.leases()).isZero();
    assertThat(next.leases().leases()).isZero();
  }

  @Test
  void shouldChooseAgainWhenTheChosenAdapterIsClosedMeanwhile() {
    var next = Fixture.loaded("a-2", new ReferenceCount());
    var closed =
        new ReferenceCount() {
          @Override
          synchronized boolean tryAcquire() {
            table.flip(serving(next));
            close(() -> {});
            return super.tryAcquire();
          }
        };
    table.flip(serving(Fixture.loaded("a-1", closed)));

    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.adapterId()).contains("a-2");
    }
  }

  @Test
  void shouldNameTheKnownTasks() {
    table.flip(serving(Fixture.loaded("a-1", new ReferenceCount())));

    assertThatThrownBy(() -> table.acquire("tiny/other", "scan-1", Optional.empty()))
        .isInstanceOf(UnknownTaskException.class)
        .hasMessage("task 'tiny/other' is not known; known tasks: tiny/inpaint");
  }
}
