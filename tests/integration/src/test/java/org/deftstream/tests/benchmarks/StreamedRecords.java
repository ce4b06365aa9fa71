package org.deftstream.tests.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.ReconstructionService;
import org.deftstream.service.ServiceOptions;
import org.deftstream.tests.platform.Platform;

/**
 * Topics of their own that are filled first and then worked off by a service in this JVM. The
 * topics are deleted when this is closed. Used by one thread.
 */
final class StreamedRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration FETCH_WAIT = Duration.ofMillis(500);
  private static final int MAX_RECORD_BYTES = 8 << 20;

  private final Platform platform;
  private final String name;
  private final int partitions;
  private final Path directory;
  private final Topics topics;

  /** Makes the topics. */
  StreamedRecords(Platform platform, String name, int partitions, Path directory) {
    this.platform = platform;
    this.name = name;
    this.partitions = partitions;
    this.directory = directory;
    topics = Topics.withPrefix(name + ".").withMaxRecordBytes(MAX_RECORD_BYTES);
    new TopicAdmin(Connection.to(platform.bootstrapServers(), platform.registryUrl()))
        .create(topics, partitions, Optional.empty());
  }

  /** Reconstructions committed per second, with always enough measurements waiting. */
  double throughput(DeviceTask task, int records) {
    fill(task, records);
    var progress = new Progress(records);
    try (var consumer = CommittedAnswers.open(platform.bootstrapServers(), topics, FETCH_WAIT);
        var service =
            ReconstructionService.start(
                options(), engine -> new DeviceTasks(task), Platform.PATIENCE)) {
      long end = System.nanoTime() + Platform.PATIENCE.toNanos();
      int before = -1;
      while (!progress.finished()) {
        for (var record : consumer.poll(POLL)) {
          if (record.topic().equals(topics.deadLetters())) {
            throw new AssertionError("a dead letter: " + record.headers());
          }
          progress.add(1);
        }
        if (progress.done() > before) {
          before = progress.done();
          end = System.nanoTime() + Platform.PATIENCE.toNanos();
        } else if (System.nanoTime() > end) {
          throw new AssertionError(
              "%d of %d records answered, %d in flight, and no more come"
                  .formatted(before, records, service.inFlight()));
        }
      }
    }
    return progress.perSecond();
  }

  private void fill(DeviceTask task, int records) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", platform.bootstrapServers());
    config.put("max.request.size", MAX_RECORD_BYTES);
    // The first request to a partition this young may be refused, and must not be overtaken.
    config.put("max.in.flight.requests.per.connection", 1);
    try (var producer =
            new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        var serializer = Serdes.of(platform.registryUrl()).serializer(Measurement.class)) {
      for (int i = 0; i < records; i++) {
        byte[] value = serializer.serialize(topics.measurements(), task.record("m-" + i));
        producer.send(
            new ProducerRecord<>(topics.measurements(), i % partitions, (byte[]) null, value));
      }
      producer.flush();
    }
  }

  private ServiceOptions options() {
    var usual =
        ServiceOptions.of(
            ServiceOptions.Connection.of(platform.bootstrapServers(), platform.registryUrl()),
            "one",
            directory,
            BareEngine.MAX_BATCH);
    return new ServiceOptions(
        usual.connection(),
        name,
        usual.instance(),
        usual.stateDirectory(),
        topics,
        1,
        2,
        usual.engine(),
        usual.admission(),
        usual.ledger(),
        usual.membership(),
        MAX_RECORD_BYTES,
        Optional.empty());
  }

  @Override
  public void close() {
    try (var admin =
        org.apache.kafka.clients.admin.Admin.create(
            Map.of("bootstrap.servers", platform.bootstrapServers()))) {
      // Gigabytes, if the records of all repeats were kept.
      admin.deleteTopics(java.util.List.of(topics.measurements(), topics.reconstructions()));
    }
  }
}
