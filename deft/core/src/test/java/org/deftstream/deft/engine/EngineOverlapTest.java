package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two batches at a time, on a prior that leaves the processors free. */
@Timeout(60)
class EngineOverlapTest {
  private static final int LIMIT = 4;
  private static final int STEPS = 6;
  private static final long LONG_SECONDS = 20;

  /** Where a call of the prior and one of the h-transform meet, if they ever run at one time. */
  private static final class Meeting {
    private final SynchronousQueue<Boolean> place = new SynchronousQueue<>();
    private final long waitMillis;
    private volatile boolean held;

    Meeting(long waitMillis) {
      this.waitMillis = waitMillis;
    }

    float[] inPrior() {
      try {
        if (!held && place.offer(true, waitMillis, TimeUnit.MILLISECONDS)) {
          held = true;
        }
        return null;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    void inTransform() {
      try {
        if (!held) {
          place.poll(waitMillis, TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static HTransform meetingAt(Meeting meeting, HTransform of) {
    return new HTransform() {
      @Override
      public String method() {
        return of.method();
      }

      @Override
      public boolean prescribesStep() {
        return of.prescribesStep();
      }

      @Override
      public List<float[]> correct(List<StepRow> rows) {
        meeting.inTransform();
        return of.correct(rows);
      }
    };
  }

  @Test
  void shouldEvaluateThePriorForOneBatchWhileTheHostCompletesTheOther() throws Exception {
    assertThat(meet(true, 1000)).isTrue();
    assertThat(meet(false, 20)).as("on the processors there is one at a time").isFalse();
  }

  private static boolean meet(boolean onADevice, long waitMillis) throws Exception {
    var meeting = new Meeting(waitMillis);
    ScriptedPrior.Script script = (xt, t) -> meeting.inPrior();
    var prior = onADevice ? ScriptedPrior.onADevice(script) : new ScriptedPrior(script);
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      for (var answer :
          submit(engine, prior, meetingAt(meeting, Requests.transform()), 2 * LIMIT, 0)) {
        answer.get(LONG_SECONDS, TimeUnit.SECONDS);
      }
    }
    return meeting.held;
  }

  @Test
  void shouldAnswerTheSameWithOneBatchAtATimeAndTwo() throws Exception {
    var transform = Requests.transform();
    var beside = answers(ScriptedPrior.onADevice((xt, t) -> null), transform);
    var alone = answers(new ScriptedPrior(), transform);
    for (int i = 0; i < alone.size(); i++) {
      assertThat(beside.get(i)).isEqualTo(alone.get(i));
    }
  }

  private static List<float[]> answers(ScriptedPrior prior, HTransform transform) throws Exception {
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      var images = new ArrayList<float[]>();
      for (var answer : submit(engine, prior, transform, 5 * LIMIT - 1, 0)) {
        images.add(answer.get(LONG_SECONDS, TimeUnit.SECONDS).mean());
      }
      assertThat(engine.statistics().evaluations()).isEqualTo((5L * LIMIT - 1) * STEPS);
      return images;
    }
  }

  @Test
  void shouldLetNothingLessUrgentGoBeside() throws Exception {
    var gate = new Gate();
    var prior =
        ScriptedPrior.onADevice(
            (xt, t) -> {
              gate.stop(t);
              return null;
            });
    var transform = Requests.transform();
    try (var engine = new Engine(EngineSettings.of(1))) {
      var first = engine.submit(one("first", prior, transform, 9));
      gate.awaitStep();
      var later = engine.submit(one("later", prior, transform, 0));
      gate.pass();
      for (int step = 1; step < STEPS; step++) {
        gate.awaitStep();
        gate.pass();
      }
      first.get(LONG_SECONDS, TimeUnit.SECONDS);
      assertThat(later).isNotDone();
      assertThat(prior.calls()).hasSizeBetween(STEPS, STEPS + 1);
      gate.open();
      later.get(LONG_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldGoOnWithTheOthersWhenOneWhoseRegionsAreInBothIsTakenBack() throws Exception {
    var alone = patches(new PatchPrior(Requests.SHAPE, 0), new ArrayList<>());
    var answers = new ArrayList<CompletableFuture<Reconstruction>>();
    var calls = new AtomicInteger();
    var prior =
        new PatchPrior(Requests.SHAPE, 0)
            .onADevice(
                () -> {
                  if (calls.incrementAndGet() == 6) {
                    answers.get(1).cancel(false);
                  }
                });
    var beside = patches(prior, answers);
    assertThat(answers.get(1)).isCancelled();
    for (int i = 0; i < alone.size(); i++) {
      assertThat(beside.get(i)).isEqualTo(i == 1 ? null : alone.get(i));
    }
  }

  /** Images of 16 regions, each more than a batch. */
  private static List<float[]> patches(
      PatchPrior prior, List<CompletableFuture<Reconstruction>> submitted) throws Exception {
    var answers = new ArrayList<CompletableFuture<Reconstruction>>();
    var transform = Requests.transform();
    prior.held();
    try (var engine = new Engine(EngineSettings.of(LIMIT))) {
      for (int i = 0; i < 4; i++) {
        var measurement = Requests.simulated("m" + i, new ImageShape(16, 16, 1));
        var request = request("m" + i).prior(prior).transform(transform).measurement(measurement);
        answers.add(engine.submit(request.steps(STEPS).build()));
      }
      submitted.addAll(answers);
      prior.start();
      var images = new ArrayList<float[]>();
      for (var answer : answers) {
        images.add(
            answer
                .handle((done, e) -> done == null ? null : done.mean())
                .get(LONG_SECONDS, TimeUnit.SECONDS));
      }
      return images;
    }
  }

  private static List<CompletableFuture<Reconstruction>> submit(
      Engine engine, ScriptedPrior prior, HTransform transform, int number, int priority) {
    var answers = new ArrayList<CompletableFuture<Reconstruction>>();
    for (int i = 0; i < number; i++) {
      answers.add(engine.submit(one("m-" + i, prior, transform, priority)));
    }
    return answers;
  }

  private static ReconstructionRequest one(
      String id, ScriptedPrior prior, HTransform transform, int priority) {
    return request(id).prior(prior).transform(transform).steps(STEPS).priority(priority).build();
  }
}
