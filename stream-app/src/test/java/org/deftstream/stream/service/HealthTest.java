package org.deftstream.stream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.schemas.Tensors;
import org.deftstream.stream.control.TaskRegistry;
import org.junit.jupiter.api.Test;

class HealthTest {
  private final Health health = new Health();

  @Test
  void shouldLiveAndNotBeReadyWhileItStarts() {
    assertThat(health.live().status()).isEqualTo(200);
    assertThat(health.ready().status()).isEqualTo(503);
    assertThat(health.ready().body()).contains("adapters are being loaded");

    health.watch(new SmallTasks(Duration.ZERO));
    assertThat(health.ready().body()).contains("Kafka Streams is not started");

    health.closing();
    assertThat(health.ready().body()).contains("the instance stops");
    assertThat(health.live().status()).isEqualTo(200);
  }

  @Test
  void shouldBeDeadWhenTheControlPlaneDied() {
    health.watch(new DeadTasks());

    assertThat(health.live().status()).isEqualTo(503);
    assertThat(health.live().body()).contains("the control plane failed", "gone");
    assertThat(health.ready().status()).isEqualTo(503);
  }

  @Test
  void shouldBeDeadWhenTheEngineIsBroken() throws Exception {
    try (var engine = new Engine(EngineSettings.of(1));
        var tasks = new SmallTasks(Duration.ZERO)) {
      health.watch(engine);
      assertThat(health.live().status()).isEqualTo(200);
      var broken = new CountDownLatch(1);
      engine.onBroken(e -> broken.countDown());
      var method = tasks.registry().acquire(SmallTasks.TASK, "m", Optional.empty());
      var measurement = SmallRecords.good("m");
      var mask = Tensors.toFloats(measurement.getAuxiliary().get("mask"));
      engine.submit(
          new ReconstructionRequest(
              "m",
              new BrokenPrior(),
              method.hTransform(),
              BoundMeasurement.of(
                  method.operator().bind(Map.of("mask", mask)),
                  Tensors.toFloats(measurement.getValues())),
              method.sampler(),
              0,
              null));
      assertThat(broken.await(1, TimeUnit.MINUTES)).isTrue();

      assertThat(health.live().status()).isEqualTo(503);
      assertThat(health.live().body()).contains("the engine is broken: device lost");
    }
  }

  private static final class DeadTasks implements ServedTasks {
    @Override
    public TaskRegistry registry() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean awaitReady(Duration wait) {
      return false;
    }

    @Override
    public Optional<Throwable> failure() {
      return Optional.of(new IllegalStateException("gone"));
    }

    @Override
    public void close() {}
  }

  private static final class BrokenPrior implements Prior {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String fingerprint() {
      return "broken";
    }

    @Override
    public ImageShape imageShape() {
      return SmallTasks.SHAPE;
    }

    @Override
    public NoiseSchedule schedule() {
      return NoiseSchedule.linear(1000, 1e-4, 2e-2);
    }

    @Override
    public long parameters() {
      return 0;
    }

    @Override
    public String device() {
      return "none";
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      throw new EngineBrokenException("device lost");
    }

    @Override
    public void close() {}
  }
}
