package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {
  private final Prior prior = Requests.prior();
  private final Map<String, HTransform> tasks = new HashMap<>();
  private long arrivals;

  @Test
  void shouldFillABatchWithOneTaskWhenItIsAlone() {
    var planner = new BatchPlanner(100);
    add(planner, "a", 10, 0);
    assertThat(planner.next(4)).hasSize(4);
    assertThat(planner.inFlight()).isEqualTo(4);
    assertThat(planner.waiting()).isEqualTo(6);
  }

  @Test
  void shouldStepWhatHasBegunBeforeWhatWaits() {
    var planner = new BatchPlanner(100);
    add(planner, "a", 10, 0);
    var first = planner.next(4);
    assertThat(planner.next(4)).containsExactlyInAnyOrderElementsOf(first);
    planner.finished(first.get(0));
    assertThat(planner.next(4)).containsAll(first.subList(1, 4)).doesNotContain(first.get(0));
    assertThat(planner.inFlight()).isEqualTo(4);
  }

  @Test
  void shouldShareABatchEvenlyAndGiveWhatOneTaskCannotUseToTheOthers() {
    var planner = new BatchPlanner(100);
    add(planner, "a", 50, 0);
    add(planner, "b", 50, 0);
    add(planner, "c", 1, 0);
    var rows = countByTask(planner.next(9));
    assertThat(rows).containsEntry("a", 4).containsEntry("b", 4).containsEntry("c", 1);
  }

  @Test
  void shouldServeEveryTaskInTurnWhenThereAreMoreTasksThanRows() {
    var planner = new BatchPlanner(1000);
    for (int task = 0; task < 7; task++) {
      add(planner, "task" + task, 5, 0);
    }
    var rows = new HashMap<String, Integer>();
    for (int step = 0; step < 7; step++) {
      countByTask(planner.next(3)).forEach((task, count) -> rows.merge(task, count, Integer::sum));
    }
    assertThat(rows).hasSize(7);
    assertThat(rows.values()).containsOnly(3);
  }

  @Test
  void shouldNotLetManySmallRequestsStarveOneThatIsLarge() {
    var planner = new BatchPlanner(64);
    add(planner, "flood", 1000, 0);
    planner.next(8);
    add(planner, "late", 4, 0);
    assertThat(countByTask(planner.next(8))).containsEntry("late", 4).containsEntry("flood", 4);
  }

  @Test
  void shouldOrderATaskByPriorityThenDeadlineThenArrival() {
    var planner = new BatchPlanner(100);
    var noDeadline = job("a", 0, null, 1);
    var late = job("a", 0, Instant.ofEpochSecond(20), 1);
    var soon = job("a", 0, Instant.ofEpochSecond(10), 1);
    var urgent = job("a", 1, null, 1);
    var last = job("a", 0, null, 1);
    List.of(noDeadline, late, soon, urgent, last).forEach(planner::add);
    assertThat(planner.next(5).stream().map(Trajectory::job))
        .containsExactly(urgent, soon, late, noDeadline, last);
  }

  @Test
  void shouldLetAnUrgentRequestOvertakeWhatHasBegun() {
    var planner = new BatchPlanner(100);
    add(planner, "a", 2, 0);
    planner.next(2);
    var urgent = job("a", 9, null, 1);
    planner.add(urgent);
    assertThat(planner.next(2).get(0).job()).isSameAs(urgent);
    assertThat(planner.inFlight()).isEqualTo(3);
  }

  @Test
  void shouldBeginNoMoreThanThereAreSlotsAndPassFreedSlotsOn() {
    var planner = new BatchPlanner(4);
    add(planner, "a", 10, 0);
    var first = planner.next(4);
    add(planner, "b", 10, 0);
    assertThat(countByTask(planner.next(4))).containsOnly(Map.entry("a", 4));
    planner.finished(first.get(0));
    planner.finished(first.get(1));
    assertThat(countByTask(planner.next(4))).containsKey("b");
    assertThat(planner.inFlight()).isEqualTo(4);
  }

  @Test
  void shouldBatchOnePriorAtATimeAndTakeTurns() {
    var planner = new BatchPlanner(100);
    var other = Requests.prior();
    add(planner, "a", 8, 0);
    planner.add(new Job(request("other").prior(other).build(), arrivals++, 0));
    var first = priorsOf(planner.next(4));
    var second = priorsOf(planner.next(4));
    var third = priorsOf(planner.next(4));
    assertThat(first).containsExactly(prior);
    assertThat(second).containsExactly(other);
    assertThat(third).containsExactly(prior);
  }

  @Test
  void shouldShareTimeAndNotBatchesBetweenPriors() {
    var planner = new BatchPlanner(100);
    var slow = Requests.prior();
    add(planner, "a", 8, 0);
    planner.add(new Job(request("slow").prior(slow).build(), arrivals++, 0));
    int ofSlow = 0;
    for (int step = 0; step < 44; step++) {
      var batch = planner.next(4);
      boolean isSlow = priorsOf(batch).contains(slow);
      ofSlow += isSlow ? 1 : 0;
      planner.took(batch, isSlow ? 10 : 1);
    }
    assertThat(ofSlow).isEqualTo(4);

    // Nobody saves up time while it has no work.
    var late = Requests.prior();
    planner.add(new Job(request("late").prior(late).build(), arrivals++, 0));
    int ofLate = 0;
    for (int step = 0; step < 6; step++) {
      var batch = planner.next(4);
      ofLate += priorsOf(batch).contains(late) ? 1 : 0;
      planner.took(batch, 1);
    }
    assertThat(ofLate).isBetween(2, 4);
  }

  @Test
  void shouldGoOnWithOtherPriorsWhenOneHasNoSlot() {
    var planner = new BatchPlanner(2);
    add(planner, "a", 8, 0);
    planner.next(2);
    planner.add(new Job(request("other").prior(Requests.prior()).build(), arrivals++, 0));
    for (int step = 0; step < 3; step++) {
      assertThat(priorsOf(planner.next(2))).containsExactly(prior);
    }
  }

  @Test
  void shouldRemoveAllThatIsLeftOfAJob() {
    var planner = new BatchPlanner(100);
    var job = job("a", 0, null, 6);
    planner.add(job);
    planner.next(2);
    planner.remove(job);
    planner.remove(job);
    assertThat(planner.isEmpty()).isTrue();
    assertThat(planner.inFlight()).isZero();
    assertThat(planner.waiting()).isZero();
    assertThat(planner.next(2)).isEmpty();
  }

  private void add(BatchPlanner planner, String task, int count, int priority) {
    for (int i = 0; i < count; i++) {
      planner.add(job(task, priority, null, 1));
    }
  }

  private Job job(String task, int priority, Instant deadline, int samples) {
    var request =
        request(task)
            .prior(prior)
            .transform(tasks.computeIfAbsent(task, name -> Requests.transform()))
            .sampler(Requests.sampler(5, samples))
            .priority(priority)
            .deadline(deadline)
            .build();
    return new Job(request, arrivals++, 0);
  }

  private static Map<String, Integer> countByTask(List<Trajectory> batch) {
    var counts = new HashMap<String, Integer>();
    for (var trajectory : batch) {
      counts.merge(trajectory.job().request().measurementId(), 1, Integer::sum);
    }
    return counts;
  }

  private static Set<Prior> priorsOf(List<Trajectory> batch) {
    var priors = new HashSet<Prior>();
    batch.forEach(trajectory -> priors.add(trajectory.job().request().prior()));
    return priors;
  }
}
