package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.processor.TaskId;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.schemas.Tensors;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.TaskRegistry;
import org.junit.jupiter.api.Test;

class HealthTest {
  private final AtomicLong clock = new AtomicLong();
  private final StreamPulse pulse = new StreamPulse(clock::get);
  private final Health health = new Health(pulse);

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

  private void after(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private void consume(StreamThread... threads) {
    health.watch(new SmallTasks(Duration.ZERO));
    health.watch(
        new StreamsView() {
          @Override
          public KafkaStreams.State state() {
            return KafkaStreams.State.RUNNING;
          }

          @Override
          public Set<ThreadMetadata> threads() {
            return Set.of(threads);
          }
        });
  }

  private static StreamThread self(String state, int tasks) {
    return new StreamThread(Thread.currentThread().getName(), state, tasks);
  }

  @Test
  void shouldBeReadyWhileItsThreadsComeBackFromKafka() {
    consume(self("RUNNING", 1));
    assertThat(health.ready().body()).contains("neither a poll nor a commit");

    pulse.polled();
    assertThat(health.unready()).isEmpty();
    after(StreamPulse.PATIENCE);
    assertThat(health.unready()).isEmpty();
    after(Duration.ofMillis(1));
    assertThat(health.ready().body()).contains(Thread.currentThread().getName(), "30 s");
    assertThat(health.live().status()).isEqualTo(200);

    pulse.committed();
    assertThat(health.unready()).isEmpty();
  }

  @Test
  void shouldNotBeReadyWithoutPartitions() {
    pulse.polled();
    consume(self("RUNNING", 0));
    assertThat(health.ready().body()).contains("owns no partition");
    // Kafka Streams goes on to say RUNNING while a thread that replaces another starts.
    consume(self("STARTING", 1));
    assertThat(health.ready().body()).contains("waits for its partitions; it is STARTING");
    consume();
    assertThat(health.ready().status()).isEqualTo(503);
    consume(self("RUNNING", 1));
    assertThat(health.ready().status()).isEqualTo(200);
  }

  @Test
  void shouldNotBeReadyWithoutABroker() {
    consume(self("RUNNING", 1));
    var answers = new AtomicBoolean(true);
    try (var brokers =
        new BrokerWatch(
            () -> {
              if (!answers.get()) {
                throw new TimeoutException("nobody there");
              }
              return Map.of();
            },
            clock::get)) {
      health.watch(brokers);
      pulse.polled();
      brokers.look();
      assertThat(health.unready()).isEmpty();

      answers.set(false);
      after(Duration.ofSeconds(31));
      // A poll without a broker comes back empty, and says nothing.
      pulse.polled();
      brokers.look();
      assertThat(health.ready().body()).contains("no Kafka broker has answered");
      assertThat(health.live().status()).isEqualTo(200);

      answers.set(true);
      brokers.look();
      assertThat(health.unready()).isEmpty();
    }
  }

  @Test
  void shouldBeDeadWhenThreadsAreReplacedAgainAndAgain() {
    consume(self("RUNNING", 1));
    for (int i = 1; i < StreamPulse.FAILURES; i++) {
      pulse.failed(new IllegalStateException("poison"));
      after(Duration.ofSeconds(10));
      pulse.polled();
    }
    assertThat(health.unready()).isEmpty();
    pulse.failed(new IllegalStateException("poison"));
    assertThat(health.live().status()).isEqualTo(503);
    assertThat(health.live().body()).contains("failed 5 times without a commit", "poison");
    assertThat(health.ready().status()).isEqualTo(503);

    after(Duration.ofSeconds(1));
    pulse.committed();
    assertThat(health.live().status()).isEqualTo(200);
  }

  @Test
  void shouldNotBeDeadForFailuresThatAreFarBetween() {
    for (int i = 0; i < 3 * StreamPulse.FAILURES; i++) {
      pulse.failed(new IllegalStateException("now and then"));
      after(StreamPulse.CALM.plusMillis(1));
      assertThat(health.live().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldNotTakeAnOlderThreadsCommitForARecovery() throws Exception {
    pulse.polled();
    for (int i = 0; i < StreamPulse.FAILURES; i++) {
      after(Duration.ofSeconds(1));
      var replaced = new Thread(() -> pulse.failed(new IllegalStateException("poison")));
      replaced.start();
      replaced.join();
      pulse.committed();
    }
    assertThat(health.live().status()).isEqualTo(503);
  }

  @Test
  void shouldBeDeadAfterAStreamThreadRanOutOfMemory() {
    pulse.failed(new IllegalStateException(new OutOfMemoryError("Java heap space")));
    after(Duration.ofHours(1));
    pulse.committed();

    assertThat(health.live().status()).isEqualTo(503);
    assertThat(health.live().body()).contains("out of memory", "Java heap space");
  }

  private record StreamThread(String threadName, String threadState, int tasks)
      implements ThreadMetadata {
    @Override
    public Set<TaskMetadata> activeTasks() {
      Set<TaskMetadata> owned = new HashSet<>();
      for (int i = 0; i < tasks; i++) {
        owned.add(new OwnedTask(i));
      }
      return owned;
    }

    @Override
    public Set<TaskMetadata> standbyTasks() {
      return Set.of();
    }

    @Override
    public String consumerClientId() {
      return "";
    }

    @Override
    public String restoreConsumerClientId() {
      return "";
    }

    @Override
    public Set<String> producerClientIds() {
      return Set.of();
    }

    @Override
    public String adminClientId() {
      return "";
    }
  }

  private record OwnedTask(int partition) implements TaskMetadata {
    @Override
    public TaskId taskId() {
      return new TaskId(0, partition);
    }

    @Override
    public Set<TopicPartition> topicPartitions() {
      return Set.of(new TopicPartition("measurements", partition));
    }

    @Override
    public Map<TopicPartition, Long> committedOffsets() {
      return Map.of();
    }

    @Override
    public Map<TopicPartition, Long> endOffsets() {
      return Map.of();
    }

    @Override
    public Optional<Long> timeCurrentIdlingStarted() {
      return Optional.empty();
    }
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
