package org.deftstream.tests.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Tensor;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.Platform;

/**
 * Labelled pairs of a task with 32x32 images, measured with holes and noise. Used by one thread;
 * closed by whoever made it.
 */
public final class SentPairs implements AutoCloseable {
  private static final int SIDE = 32;

  private final Platform platform;
  private final Topics topics;
  private final Task task;
  private final KafkaProducer<String, byte[]> producer;
  private final Serializer<LabelledPair> serializer;
  private final IntFunction<float[]> truths;
  private int sent;

  /** Bright boxes on black as pairs of a task, which its definition describes. */
  public SentPairs(Platform platform, Topics topics, String name, String definition) {
    this(platform, topics, name, definition, SentPairs::box);
  }

  /**
   * As above, of other images.
   *
   * @param truths image of a number, flat, in [-1, 1]
   */
  public SentPairs(
      Platform platform,
      Topics topics,
      String name,
      String definition,
      IntFunction<float[]> truths) {
    this.truths = truths;
    this.platform = platform;
    this.topics = topics;
    task = Task.parse(definition, prior -> new ImageShape(SIDE, SIDE, 1));
    assertThat(task.name()).isEqualTo(name);
    producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", platform.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer());
    serializer = Serdes.of(platform.registryUrl()).serializer(LabelledPair.class);
  }

  /** Sends good pairs, every one of them new. */
  public void sendGood(int number) {
    for (int i = 0; i < number; i++) {
      send(pair(sent, truths.apply(sent)));
      sent++;
    }
    producer.flush();
  }

  /** Sends four pairs that nothing can be learned from, each for another reason. */
  public void sendBad() {
    send("no record at all".getBytes(StandardCharsets.UTF_8));
    var good = pair(100_000, box(100_000));
    send(LabelledPair.newBuilder(good).setTask("unit/hole").build());
    send(LabelledPair.newBuilder(good).setTruth(Tensors.of(new float[16], 4, 4, 1)).build());
    // The truth of another measurement.
    send(LabelledPair.newBuilder(good).setTruth(tensor(box(7))).build());
    producer.flush();
  }

  private void send(LabelledPair pair) {
    send(serializer.serialize(topics.labelledPairs(), pair));
  }

  private void send(byte[] value) {
    producer.send(new ProducerRecord<>(topics.labelledPairs(), value));
  }

  private static float[] box(int number) {
    var random = new SplittableRandom(number);
    var truth = new float[SIDE * SIDE];
    int left = random.nextInt(3, 12);
    int top = random.nextInt(3, 12);
    float bright = (float) random.nextDouble(0.2, 0.9);
    for (int i = 0; i < truth.length; i++) {
      int x = i % SIDE;
      int y = i / SIDE;
      truth[i] = x >= left && x < SIDE - left && y >= top && y < SIDE - top ? bright : -1;
    }
    return truth;
  }

  private static Tensor tensor(float[] image) {
    return Tensors.of(image, SIDE, SIDE, 1);
  }

  private LabelledPair pair(int number, float[] truth) {
    var random = new SplittableRandom(1_000 + number);
    var unbound = task.operator();
    var auxiliary = unbound.drawAuxiliary(random);
    var operator = unbound.bind(auxiliary);
    var tensors = new HashMap<String, Tensor>();
    auxiliary.forEach(
        (name, values) ->
            tensors.put(name, Tensors.of(values, unbound.auxiliaryShapes().get(name))));
    return LabelledPair.newBuilder()
        .setId("pair-" + number)
        .setTask(task.name())
        .setTruth(tensor(truth))
        .setMeasurement(Tensors.of(operator.simulate(truth, random), operator.measurementShape()))
        .setAuxiliary(tensors)
        .build();
  }

  /** Asserts the classes of the dead letters' reasons, one for each, in any order. */
  public void assertRejected(String... classes) {
    String topic = topics.labelledPairDeadLetters();
    List<String> found = new ArrayList<>();
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            platform.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false);
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList());
      var ends = consumer.endOffsets(consumer.assignment());
      Deadline.await(
          Platform.PATIENCE,
          () -> "read the dead letters",
          () -> {
            for (var record : consumer.poll(Duration.ofMillis(200))) {
              var header = record.headers().lastHeader(DeadLetterHeaders.ERROR_CLASS);
              found.add(new String(header.value(), StandardCharsets.UTF_8));
            }
            return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
          });
    }
    assertThat(found).containsExactlyInAnyOrder(classes);
  }

  @Override
  public void close() {
    producer.close();
  }
}
