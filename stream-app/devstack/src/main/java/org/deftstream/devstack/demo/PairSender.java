package org.deftstream.devstack.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Tensor;

/**
 * The instrument's slow mode: true images with measurements of them, each with holes and noise of
 * its own. Stateless.
 */
final class PairSender {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private PairSender() {}

  /**
   * Sends labelled pairs and waits until the broker has them all.
   *
   * @param from number of the first picture
   * @param to behind the last one
   * @param seed of holes and noise
   * @throws UserError if the broker does not take them
   */
  static void send(
      String bootstrapServers,
      Serdes serdes,
      String topic,
      Task task,
      int from,
      int to,
      long seed) {
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            Math.toIntExact(TIMEOUT.toMillis()));
    var pictures = TrainingPictures.read();
    try (var producer =
            new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        var serializer = serdes.serializer(LabelledPair.class)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = from; i < to; i++) {
        var pair = pair(task, pictures.picture(i), i, new SplittableRandom(seed * 31 + i));
        sent.add(
            producer.send(
                new ProducerRecord<>(topic, pair.getId(), serializer.serialize(topic, pair))));
      }
      for (var each : sent) {
        each.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new UserError("the broker did not take the labelled pairs: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while labelled pairs were sent", e);
    }
  }

  /** A picture as a pair. */
  static LabelledPair pair(Task task, float[] truth, int number, SplittableRandom random) {
    var unbound = task.operator();
    var auxiliary = unbound.drawAuxiliary(random);
    var operator = unbound.bind(auxiliary);
    var shape = unbound.imageShape();
    var tensors = new HashMap<String, Tensor>();
    auxiliary.forEach(
        (name, values) ->
            tensors.put(name, Tensors.of(values, unbound.auxiliaryShapes().get(name))));
    return LabelledPair.newBuilder()
        .setId("pair-" + number)
        .setTask(task.name())
        .setTruth(Tensors.of(truth, shape.height(), shape.width(), shape.channels()))
        .setMeasurement(Tensors.of(operator.simulate(truth, random), operator.measurementShape()))
        .setAuxiliary(tensors)
        .build();
  }
}
