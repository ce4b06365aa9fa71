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
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {
  private final Prior prior = Requests.prior();
  private final Map<String, HTransform> tasks = new HashMap<>();
  private long arrivals;

  @Test
  void shouldFillABatchWithOneTaskWhenItIsAlone() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    add(planner, "a", 10, 0);
    assertThat(next(planner, 4)).hasSize(4);
    assertThat(planner.inFlight()).isEqualTo(4);
    assertThat(planner.waiting()).isEqualTo(6);
  }

  @Test
  void shouldStepWhatHasBegunBeforeWhatWaits() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    add(planner, "a", 10, 0);
    var first = next(planner, 4);
    assertThat(next(planner, 4)).containsExactlyInAnyOrderElementsOf(first);
    planner.finished(first.get(0));
    assertThat(next(planner, 4)).containsAll(first.subList(1, 4)).doesNotContain(first.get(0));
    assertThat(planner.inFlight()).isEqualTo(4);
  }

  @Test
  void shouldShareABatchEvenlyAndGiveWhatOneTaskCannotUseToTheOthers() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    add(planner, "a", 50, 0);
    add(planner, "b", 50, 0);
    add(planner, "c", 1, 0);
    var rows = countByTask(next(planner, 9));
    assertThat(rows).containsEntry("a", 4).containsEntry("b", 4).containsEntry("c", 1);
  }

  @Test
  void shouldServeEveryTaskInTurnWhenThereAreMoreTasksThanRows() {
    var planner = new BatchPlanner(1000, Long.MAX_VALUE);
    for (int task = 0; task < 7; task++) {
      add(planner, "task" + task, 5, 0);
    }
    var rows = new HashMap<String, Integer>();
    for (int step = 0; step < 7; step++) {
      countByTask(next(planner, 3)).forEach((task, count) -> rows.merge(task, count, Integer::sum));
    }
    assertThat(rows).hasSize(7);
    assertThat(rows.values()).containsOnly(3);
  }

  @Test
  void shouldNotLetManySmallRequestsStarveOneThatIsLarge() {
    var planner = new BatchPlanner(64, Long.MAX_VALUE);
    add(planner, "flood", 1000, 0);
    next(planner, 8);
    add(planner, "late", 4, 0);
    assertThat(countByTask(next(planner, 8))).containsEntry("late", 4).containsEntry("flood", 4);
  }

  @Test
  void shouldOrderATaskByPriorityThenDeadlineThenArrival() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    var noDeadline = job("a", 0, null, 1);
    var late = job("a", 0, Instant.ofEpochSecond(20), 1);
    var soon = job("a", 0, Instant.ofEpochSecond(10), 1);
    var urgent = job("a", 1, null, 1);
    var last = job("a", 0, null, 1);
    List.of(noDeadline, late, soon, urgent, last).forEach(planner::add);
    assertThat(next(planner, 5).stream().map(Trajectory::job))
        .containsExactly(urgent, soon, late, noDeadline, last);
  }

  @Test
  void shouldLetAnUrgentRequestOvertakeWhatHasBegun() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    add(planner, "a", 2, 0);
    next(planner, 2);
    var urgent = job("a", 9, null, 1);
    planner.add(urgent);
    assertThat(next(planner, 2).get(0).job()).isSameAs(urgent);
    assertThat(planner.inFlight()).isEqualTo(3);
  }

  @Test
  void shouldBeginNoMoreThanThereAreSlotsAndPassFreedSlotsOn() {
    var planner = new BatchPlanner(4, Long.MAX_VALUE);
    add(planner, "a", 10, 0);
    var first = next(planner, 4);
    add(planner, "b", 10, 0);
    assertThat(countByTask(next(planner, 4))).containsOnly(Map.entry("a", 4));
    planner.finished(first.get(0));
    planner.finished(first.get(1));
    assertThat(countByTask(next(planner, 4))).containsKey("b");
    assertThat(planner.inFlight()).isEqualTo(4);
  }

  @Test
  void shouldBatchOnePriorAtATimeAndTakeTurns() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    var other = Requests.prior();
    add(planner, "a", 8, 0);
    planner.add(new Job(request("other").prior(other).build(), arrivals++, 0));
    var first = priorsOf(next(planner, 4));
    var second = priorsOf(next(planner, 4));
    var third = priorsOf(next(planner, 4));
    assertThat(first).containsExactly(prior);
    assertThat(second).containsExactly(other);
    assertThat(third).containsExactly(prior);
  }

  @Test
  void shouldShareTimeAndNotBatchesBetweenPriors() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    var slow = Requests.prior();
    add(planner, "a", 8, 0);
    planner.add(new Job(request("slow").prior(slow).build(), arrivals++, 0));
    int ofSlow = 0;
    for (int step = 0; step < 44; step++) {
      var batch = next(planner, 4);
      boolean isSlow = priorsOf(batch).contains(slow);
      ofSlow += isSlow ? 1 : 0;
      took(planner, batch, isSlow ? 10 : 1);
    }
    assertThat(ofSlow).isEqualTo(4);

    // Nobody saves up time while it has no work.
    var late = Requests.prior();
    planner.add(new Job(request("late").prior(late).build(), arrivals++, 0));
    int ofLate = 0;
    for (int step = 0; step < 6; step++) {
      var batch = next(planner, 4);
      ofLate += priorsOf(batch).contains(late) ? 1 : 0;
      took(planner, batch, 1);
    }
    assertThat(ofLate).isBetween(2, 4);
  }

  @Test
  void shouldGoOnWithOtherPriorsWhenOneHasNoSlot() {
    var planner = new BatchPlanner(2, Long.MAX_VALUE);
    add(planner, "a", 8, 0);
    next(planner, 2);
    planner.add(new Job(request("other").prior(Requests.prior()).build(), arrivals++, 0));
    for (int step = 0; step < 3; step++) {
      assertThat(priorsOf(next(planner, 2))).containsExactly(prior);
    }
  }

  @Test
  void shouldRemoveAllThatIsLeftOfAJob() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    var job = job("a", 0, null, 6);
    planner.add(job);
    next(planner, 2);
    planner.remove(job);
    planner.remove(job);
    assertThat(planner.isEmpty()).isTrue();
    assertThat(planner.inFlight()).isZero();
    assertThat(planner.waiting()).isZero();
    assertThat(next(planner, 2)).isEmpty();
  }

  @Test
  void shouldSpreadALargeImageOverBatchesBesideSmallOnes() {
    var planner = new BatchPlanner(100, Long.MAX_VALUE);
    var patches = new PatchPrior(new ImageShape(4, 4, 1), 0);
    var large = jobOf(patches, new ImageShape(16, 16, 1));
    var small = jobOf(patches, new ImageShape(4, 4, 1));
    planner.add(large);
    planner.add(small);
    int steps = 0;
    int largeRows = 0;
    int smallSteps = 0;
    while (largeRows < 16) {
      var batch = planner.next((prior, row) -> 4);
      // The step after this one begins when the last region is there.
      assertThat(batch).hasSize(Math.min(4, 16 - largeRows + 1));
      for (var region : batch) {
        boolean isSmall = region.trajectory().job() == small;
        largeRows += isSmall ? 0 : 1;
        smallSteps += isSmall ? 1 : 0;
      }
      batch.stream()
          .map(Region::trajectory)
          .distinct()
          .filter(Trajectory::allTaken)
          .forEach(Trajectory::advance);
      steps++;
    }
    // The small one, in a lane of its own, has a row of every batch; the rest go to the large one.
    assertThat(smallSteps).isEqualTo(steps);
    assertThat(largeRows).isGreaterThanOrEqualTo(16);
  }

  @Test
  void shouldBeginNoMoreThanTheirImagesHaveRoomFor() {
    var shape = new ImageShape(4, 4, 1);
    var patches = new PatchPrior(shape, 0);
    var first = jobOf(patches, new ImageShape(16, 16, 1));
    var planner = new BatchPlanner(100, first.stateBytes() + 1);
    planner.add(first);
    planner.add(jobOf(patches, new ImageShape(16, 16, 1)));
    planner.next((prior, row) -> 64);
    assertThat(planner.inFlight()).isEqualTo(1);
    assertThat(planner.waiting()).isEqualTo(1);

    var alone = new BatchPlanner(100, 1);
    alone.add(jobOf(patches, shape));
    assertThat(alone.next((prior, row) -> 1)).hasSize(1);
  }

  private Job jobOf(Prior of, ImageShape shape) {
    var measurement = Requests.simulated("m" + arrivals, shape);
    var transform = tasks.computeIfAbsent("patches", name -> Requests.transform());
    var request = request("m" + arrivals).prior(of).transform(transform).measurement(measurement);
    return new Job(request.build(), arrivals++, 0);
  }

  /** Trajectories of the next batch, as if they had been stepped. */
  private static List<Trajectory> next(BatchPlanner planner, int limit) {
    var batch = planner.next((prior, row) -> limit).stream().map(Region::trajectory).toList();
    batch.forEach(Trajectory::advance);
    return batch;
  }

  private static void took(BatchPlanner planner, List<Trajectory> batch, long nanos) {
    planner.took(batch.stream().map(trajectory -> new Region(trajectory, 0)).toList(), nanos);
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
