package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.crowd;
import static org.deftstream.deft.engine.Requests.failure;
import static org.deftstream.deft.engine.Requests.request;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineBrokenTest {

  @Test
  void shouldBreakWhenNotEvenOneRowFitsTheDevice() throws Exception {
    assertBreaks(
        (xt, timesteps) -> {
          throw new OutOfDeviceMemoryException("nothing left");
        },
        "no memory for a batch of one");
  }

  @Test
  void shouldBreakWhenThePriorSaysSo() throws Exception {
    assertBreaks(
        (xt, timesteps) -> {
          throw new EngineBrokenException("the native runtime is gone");
        },
        "the native runtime is gone");
  }

  @Test
  void shouldBreakOnAnError() throws Exception {
    assertBreaks(
        (xt, timesteps) -> {
          throw new UnsatisfiedLinkError("libtensorflow");
        },
        "libtensorflow");
  }

  @Test
  void shouldBreakWhenThePriorReturnsTheWrongSize() throws Exception {
    assertBreaks((xt, timesteps) -> new float[1], "returned 1 values");
  }

  @Test
  void shouldBreakRatherThanFailEveryRequestWhenThePriorKeepsFailing() throws Exception {
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              throw new IllegalStateException("device lost");
            });
    try (var engine = new Engine(EngineSettings.of(8).withFailureLimit(3))) {
      var failures = new ArrayList<Throwable>();
      for (int i = 0; i < 4; i++) {
        failures.add(failure(engine.submit(request("r" + i).prior(prior).build())));
      }
      assertThat(failures.subList(0, 2)).allMatch(e -> e.getMessage().equals("device lost"));
      assertThat(failures.subList(2, 4))
          .allMatch(e -> e instanceof EngineBrokenException)
          .allMatch(e -> e.getMessage().contains("failed 3 times in a row"));
    }
  }

  private void assertBreaks(ScriptedPrior.Script script, String why) throws Exception {
    var gate = new CountDownLatch(1);
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              awaitQuietly(gate);
              return script.predict(xt, timesteps);
            });
    try (var engine = new Engine(EngineSettings.of(4))) {
      var told = new AtomicReference<EngineBrokenException>();
      var toldBefore = new CountDownLatch(1);
      engine.onBroken(
          e -> {
            told.set(e);
            toldBefore.countDown();
          });
      var futures = crowd(prior, Requests.transform()).stream().map(engine::submit).toList();
      gate.countDown();
      for (var future : futures) {
        assertThat(failure(future))
            .isInstanceOf(EngineBrokenException.class)
            .hasMessageContaining(why);
      }
      assertThat(engine.broken()).isTrue();
      assertThat(toldBefore.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(engine.brokenBy()).containsSame(told.get());
      assertThat(failure(engine.submit(request("after").build()))).isSameAs(told.get());
      var toldAfter = new AtomicInteger();
      engine.onBroken(e -> toldAfter.incrementAndGet());
      assertThat(toldAfter).hasValue(1);
      assertThat(engine.statistics().requestsHeld()).isZero();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
