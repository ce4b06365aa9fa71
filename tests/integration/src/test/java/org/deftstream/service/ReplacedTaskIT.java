package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.deftstream.deft.engine.AdmissionBudget;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.AsyncRecordProcessor;
import org.deftstream.service.ledger.ConsumerSourceReader;
import org.deftstream.service.ledger.LedgerResources;
import org.deftstream.service.ledger.LedgerSettings;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.SkippedOffsets;
import org.deftstream.service.ledger.SourceRecord;
import org.deftstream.service.topology.LedgerProcessorSettings;
import org.deftstream.service.topology.NoHistory;
import org.deftstream.service.topology.OutputLimits;
import org.deftstream.service.topology.ReconstructionListener;
import org.deftstream.service.topology.ReconstructionTopology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The zombie: a stream thread that recovered work is stalled between two transactions, with results
 * in hand, until another instance has published them; then it goes on. Without {@code FencingGate}
 * everything comes out twice here.
 */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
class ReplacedTaskIT {
  private static final int RECORDS = 12;

  @TempDir Path directory;

  @Test
  void shouldPublishNothingThatAnotherHasPublished() throws Exception {
    try (var stack = new ServiceStack(directory);
        var scenario = stack.scenario(1)) {
      for (int i = 0; i < RECORDS; i++) {
        scenario.send(("m-" + i).getBytes(StandardCharsets.UTF_8));
      }
      scenario.flush();
      try (var first = new Instance(scenario, "one", (record, room) -> new CompletableFuture<>())) {
        await(() -> committed(stack, scenario) == RECORDS);
        assertThat(first.resources.statistics().get(Counter.ANSWERED)).isZero();
      }
      var stall = new CountDownLatch(1);
      try (var zombie = new Instance(scenario, "zombie", (record, room) -> new Stalled(stall))) {
        await(() -> zombie.resources.statistics().get(Counter.READ_AGAIN) > 0);
        assertThat(zombie.resources.statistics().get(Counter.ANSWERED)).isZero();
        try (var heir = new Instance(scenario, "heir", ReplacedTaskIT::answer)) {
          await(() -> published(stack, scenario).size() == RECORDS);
          stall.countDown();
          // Forwarded: that is as far as it must come.
          await(() -> zombie.resources.statistics().get(Counter.ANSWERED) > 0);
          scenario.send("later".getBytes(StandardCharsets.UTF_8));
          scenario.flush();
          await(() -> published(stack, scenario).contains("later"));
          assertThat(heir.resources.statistics().get(Counter.RECOVERED)).isEqualTo(RECORDS);
        }
      }
      assertThat(published(stack, scenario)).doesNotHaveDuplicates().hasSize(RECORDS + 1);
    }
  }

  private static CompletableFuture<byte[]> answer(SourceRecord record, MemoryPermit room) {
    return CompletableFuture.completedFuture(record.value());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static long committed(ServiceStack stack, ServiceStack.Scenario scenario) {
    try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
      var offset =
          admin
              .listConsumerGroupOffsets(scenario.name())
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(scenario.topics().measurements(), 0));
      return offset == null ? 0 : offset.offset();
    } catch (Exception e) {
      return -1; // The group does not exist yet.
    }
  }

  /** What a consumer of committed records sees. */
  private static List<String> published(ServiceStack stack, ServiceStack.Scenario scenario) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", stack.bootstrapServers());
    config.put("isolation.level", "read_committed");
    var partition = new TopicPartition(scenario.topics().reconstructions(), 0);
    var values = new ArrayList<String>();
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  /** An answer that is there, and holds up the thread that takes it. */
  private static final class Stalled extends CompletableFuture<byte[]> {
    private final CountDownLatch stall;

    private Stalled(CountDownLatch stall) {
      this.stall = stall;
      complete("twice".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] join() {
      try {
        stall.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.join();
    }
  }

  /** The topology alone, with work of the test's choice. */
  private static final class Instance implements AutoCloseable {
    private final LedgerResources resources;
    private final FencingProbeProducer probes;
    private final KafkaStreams streams;

    private Instance(ServiceStack.Scenario scenario, String name, AsyncRecordProcessor work) {
      var options = scenario.options(name);
      var clients = new ClientSettings(options);
      var admission = new AdmissionController(new AdmissionBudget(1 << 20), 1 << 20, RECORDS);
      resources = LedgerResources.of(work, admission, LedgerSettings.defaults());
      probes = new FencingProbeProducer(options.topics().probes(), clients.probes());
      var settings = clients.streams();
      settings.put("consumer.max.poll.interval.ms", 6_000);
      streams =
          new KafkaStreams(
              ReconstructionTopology.build(
                  new LedgerProcessorSettings(
                      options.topics(),
                      new UUID(1, 2),
                      name::hashCode,
                      probes,
                      partition ->
                          new ConsumerSourceReader(
                              records -> new KafkaConsumer<byte[], byte[]>(clients.reader(records)),
                              new TopicPartition(options.topics().measurements(), partition),
                              admission),
                      partition -> CompletableFuture.completedFuture(0L),
                      new SkippedOffsets(),
                      new NoHistory(),
                      resources,
                      () -> new OutputLimits(1 << 20, 1 << 20),
                      ReconstructionListener.NONE)),
              settings);
      streams.start();
    }

    @Override
    public void close() {
      streams.close(Duration.ofMinutes(1));
      probes.close();
    }
  }
}
