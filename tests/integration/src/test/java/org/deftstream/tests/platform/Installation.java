package org.deftstream.tests.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;

/** Topics of one test on a platform, and the records sent to them. Used by one thread. */
public final class Installation implements AutoCloseable {
  private final Platform platform;
  private final String name;
  private final Topics topics;
  private final int partitions;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Serializer<Measurement> serializer;
  private final List<Platform.Instance> instances = new ArrayList<>();
  private int sent;

  /** Makes topics under a prefix of their own. */
  public Installation(Platform platform, String name, int partitions) {
    this.platform = platform;
    this.name = name;
    this.partitions = partitions;
    topics = Topics.withPrefix(name + ".");
    new TopicAdmin(Connection.to(platform.bootstrapServers(), platform.registryUrl()))
        .create(topics, partitions, Optional.empty());
    producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", platform.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    serializer = Serdes.of(platform.registryUrl()).serializer(Measurement.class);
  }

  /** The topics. */
  public Topics topics() {
    return topics;
  }

  /** The settings of a service that works on these topics. */
  public Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("application.id", name);
    settings.put("topic.measurements", topics.measurements());
    settings.put("topic.dead.letters", topics.deadLetters());
    settings.put("topic.reconstructions", topics.reconstructions());
    settings.put("topic.probes", topics.probes());
    settings.put("topic.labelled.pairs", topics.labelledPairs());
    settings.put("topic.adapters", topics.adapters());
    settings.put("topic.adapter.weights", topics.adapterWeights());
    settings.put("topic.adapter.status", topics.adapterStatus());
    return settings;
  }

  /** Starts an instance of the service and waits until it is ready. */
  public Platform.Instance serve(String instance) {
    return serve(instance, Map.of());
  }

  /** As above, with further settings of the service. */
  public Platform.Instance serve(String instance, Map<String, String> further) {
    var settings = settings();
    settings.putAll(further);
    var started = platform.serve(instance, settings);
    instances.add(started);
    return started;
  }

  /** Sends good measurements with ids of this installation, to the partitions in turn. */
  public void sendGood(int number) {
    for (int i = 0; i < number; i++) {
      send(serializer.serialize(topics.measurements(), Measurements.good(name + "-" + sent)));
    }
    producer.flush();
  }

  /** Sends a measurement as it is. */
  public void send(Measurement measurement) {
    send(serializer.serialize(topics.measurements(), measurement));
  }

  /** Sends bytes as they are. */
  public void send(byte[] value) {
    producer.send(new ProducerRecord<>(topics.measurements(), sent++ % partitions, null, value));
  }

  /** How many records were sent. */
  public int sent() {
    return sent;
  }

  /** Reads what the service answers, from the beginning. */
  public Answers answers() {
    return new Answers(platform.bootstrapServers(), platform.registryUrl(), topics);
  }

  /**
   * Asserts one answer for each record, and nothing else, once all of them have come; else says
   * what the instances said.
   */
  public void assertAnsweredOnce(Answers answers) {
    try {
      answers.await(sent).readToEnd().assertExactlyOnce(sent, partitions);
    } catch (AssertionError e) {
      var message = new StringBuilder(e.getMessage());
      for (var instance : instances) {
        message.append("\nAn instance said:\n").append(instance.output());
      }
      throw new AssertionError(message.toString(), e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
