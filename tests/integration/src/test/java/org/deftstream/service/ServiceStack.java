package org.deftstream.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.ServiceOptions.AdmissionOptions;
import org.deftstream.service.ServiceOptions.Membership;
import org.deftstream.service.ledger.LedgerSettings;

/** A real broker and registry, and whatever a test needs around the service. */
final class ServiceStack implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int MAX_BATCH = 16;

  private final AtomicInteger scenarios = new AtomicInteger();
  private final Path directory;
  private final EmbeddedStack stack;

  ServiceStack(Path directory) {
    this(directory, 0, 0);
  }

  private ServiceStack(Path directory, int kafkaPort, int registryPort) {
    this.directory = directory;
    stack =
        EmbeddedStack.start(
            new StackSettings(directory.resolve("stack"), kafkaPort, registryPort, PATIENCE));
  }

  /** The same stack once more, after it was closed: same data, same ports. */
  ServiceStack again() {
    return new ServiceStack(directory, port(bootstrapServers()), port(registryUrl()));
  }

  private static int port(String address) {
    return Integer.parseInt(address.replaceFirst("^.*:(\\d+).*$", "$1"));
  }

  String bootstrapServers() {
    return stack.bootstrapServers();
  }

  String registryUrl() {
    return stack.registryUrl();
  }

  /** Fresh topics for one test. */
  Scenario scenario(int partitions) {
    return scenario(partitions, Topics.MAX_MESSAGE_BYTES);
  }

  /** Fresh topics for records of any size. */
  Scenario scenario(int partitions, int maxRecordBytes) {
    var name = "t" + scenarios.incrementAndGet();
    var topics = Topics.withPrefix(name + ".").withMaxRecordBytes(maxRecordBytes);
    new TopicAdmin(stack.connection()).create(topics, partitions, Optional.empty());
    return new Scenario(name, topics, partitions);
  }

  @Override
  public void close() {
    stack.close();
  }

  /** Options of an instance; the same for a service in this JVM and in a child. */
  static ServiceOptions options(
      String bootstrapServers, String registryUrl, String name, Path state, String instance) {
    var usual =
        ServiceOptions.of(
            ServiceOptions.Connection.of(bootstrapServers, registryUrl),
            instance,
            state.resolve(instance),
            MAX_BATCH);
    return new ServiceOptions(
        usual.connection(),
        name,
        instance,
        usual.stateDirectory(),
        Topics.withPrefix(name + "."),
        1,
        2,
        usual.engine(),
        AdmissionOptions.of(MAX_BATCH),
        LedgerSettings.defaults(),
        new Membership(Optional.of(instance), Duration.ofSeconds(6)),
        1 << 20,
        Optional.of(HttpAddress.anyPort()));
  }

  /** Topics of one test, and the records sent to them. */
  final class Scenario implements AutoCloseable {
    private final String name;
    private final Topics topics;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<Measurement> serializer;
    private int sent;

    private Scenario(String name, Topics topics, int partitions) {
      this.name = name;
      this.topics = topics;
      this.partitions = partitions;
      Map<String, Object> config = new HashMap<>();
      config.put("bootstrap.servers", stack.bootstrapServers());
      config.put("max.request.size", topics.maxRecordBytes() + (1 << 20));
      config.put("buffer.memory", 2L * topics.maxRecordBytes() + (4 << 20));
      producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
      serializer = Serdes.of(stack.registryUrl()).serializer(Measurement.class);
    }

    String name() {
      return name;
    }

    Topics topics() {
      return topics;
    }

    int partitions() {
      return partitions;
    }

    ServiceOptions options(String instance) {
      return ServiceStack.options(
          stack.bootstrapServers(), stack.registryUrl(), name, directory.resolve(name), instance);
    }

    ReconstructionService start(String instance, Duration callTime) {
      return ReconstructionService.start(
          options(instance), engine -> new SmallTasks(callTime), PATIENCE);
    }

    /** Sends a measurement to the partitions in turn. */
    void send(Measurement measurement) {
      send(bytes(measurement));
    }

    void send(byte[] value) {
      producer.send(new ProducerRecord<>(topics.measurements(), sent++ % partitions, null, value));
    }

    /** Sends with a time of the producer's; a negative one as a hostile producer would. */
    void sendAt(long timestamp, byte[] value) {
      producer.send(
          new ProducerRecord<>(topics.measurements(), sent++ % partitions, null, value) {
            @Override
            public Long timestamp() {
              return timestamp;
            }
          });
    }

    void send(byte[] value, Headers headers) {
      producer.send(
          new ProducerRecord<byte[], byte[]>(
              topics.measurements(), sent++ % partitions, (byte[]) null, value, headers));
    }

    byte[] bytes(Measurement measurement) {
      return serializer.serialize(topics.measurements(), measurement);
    }

    void flush() {
      producer.flush();
    }

    int sent() {
      return sent;
    }

    Answers answers() {
      return new Answers(stack.bootstrapServers(), stack.registryUrl(), topics);
    }

    Path directory() {
      return directory.resolve(name);
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
