package org.deftstream.tests.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.stream.stack.Connection;
import org.deftstream.stream.stack.TopicAdmin;

/**
 * A stream under load, to be disturbed: topics of its own, instances, a producer that keeps a
 * backlog of records in front of them, and a verifier. Used by one thread; to be closed.
 */
final class Bed implements AutoCloseable {
  /** Records that wait at any time, for each partition: every fault meets work. */
  private static final int BACKLOG = 150;

  private static final int HOSTILE_EVERY = 40;
  private static final Duration CALL = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Cluster cluster;
  private final String name;
  private final Topics topics;
  private final int partitions;
  private final Path directory;
  private final Random random;
  private final Map<String, ChildJvm> instances = new HashMap<>();
  private final Verifier verifier;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Serializer<Measurement> serializer;
  private long sent;

  /** Makes topics and starts the instances. */
  Bed(Cluster cluster, String name, int partitions, int instanceCount, Path directory, long seed)
      throws Exception {
    this.cluster = cluster;
    this.name = name;
    this.partitions = partitions;
    this.directory = directory;
    random = new Random(seed);
    topics = Topics.withPrefix(name + ".");
    new TopicAdmin(Connection.to(cluster.bootstrapServers(), cluster.registryUrl()))
        .create(topics, partitions, Optional.of((short) Cluster.NODES));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    serializer = Serdes.of(cluster.registryUrl()).serializer(Measurement.class);
    verifier = new Verifier(cluster, topics, partitions);
    for (int i = 0; i < instanceCount; i++) {
      startInstance("i" + i);
    }
    awaitProgress(System.nanoTime());
  }

  Cluster cluster() {
    return cluster;
  }

  Random random() {
    return random;
  }

  String measurements() {
    return topics.measurements();
  }

  TopicPartition anyPartition() {
    return new TopicPartition(topics.measurements(), random.nextInt(partitions));
  }

  /** Names of the instances that run. */
  List<String> instances() {
    return new ArrayList<>(instances.keySet());
  }

  void startInstance(String instance) throws IOException {
    instances.put(instance, ServiceProcess.start(cluster, name, directory, instance, CALL));
  }

  void killInstance(String instance) throws InterruptedException {
    instances.remove(instance).kill();
  }

  void stopInstance(String instance) {
    instances.remove(instance).stop();
  }

  /** Goes on, sending and reading, for a time. */
  void run(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await(() -> System.nanoTime() - end >= 0, "time");
  }

  /** Goes on until every partition has had an answer since a time. */
  Duration awaitProgress(long since) {
    await(() -> verifier.allSince(since), "an answer of every partition");
    return Duration.ofNanos(System.nanoTime() - since);
  }

  private void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            what + " did not come within " + PATIENCE + "; logs are in " + directory);
      }
      send();
      verifier.poll();
    }
  }

  private void send() {
    while (sent - verifier.answers() < (long) BACKLOG * partitions) {
      byte[] value =
          sent % HOSTILE_EVERY == HOSTILE_EVERY - 1
              ? "hostile".getBytes(StandardCharsets.UTF_8)
              : serializer.serialize(topics.measurements(), FaultModel.measurement("m-" + sent));
      // Idempotent by default: what is sent again after a lost leader is there once.
      producer.send(
          new ProducerRecord<>(
              topics.measurements(), (int) (sent % partitions), (byte[]) null, value));
      sent++;
    }
  }

  /** Sends no more, and waits until all is answered and a while longer. */
  Verifier finish() {
    producer.flush();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (verifier.answers() < sent && System.nanoTime() < deadline) {
      verifier.poll();
    }
    // What would come twice comes now.
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < end) {
      verifier.poll();
    }
    return verifier;
  }

  long sent() {
    return sent;
  }

  @Override
  public void close() {
    // At once: what is in flight is answered by now, or is the failure that is reported.
    for (var instance : instances.values()) {
      try {
        instance.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    producer.close(Duration.ofSeconds(5));
    serializer.close();
    verifier.close();
  }
}
