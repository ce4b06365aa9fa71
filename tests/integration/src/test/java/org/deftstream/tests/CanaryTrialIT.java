package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.trainer.PublishedAdapters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An adapter that the trainer put on trial serves all after so many answers. There is no service:
 * the answers are written by the test.
 */
class CanaryTrialIT {
  private static final String NAME = "trials";
  private static final String TASK = "unit/trial";
  private static final String OTHER = "unit/person";
  private static final int ENOUGH = 5;

  @TempDir private Path directory;

  private static UnaryOperator<AdapterControl> trial(String task) {
    return state -> {
      var known =
          ControlChanges.offer(ControlChanges.offer(state, ref(task, "old")), ref(task, "new"));
      return ControlChanges.canary(
          ControlChanges.activate(known, id(task, "old")), id(task, "new"), 0.5);
    };
  }

  private static String id(String task, String name) {
    return task.replace('/', '-') + "-" + name;
  }

  private static AdapterRef ref(String task, String name) {
    return new AdapterRef(id(task, name), "{}", "sha-of-" + id(task, name), 3L, 1, null);
  }

  /** Writes answers. */
  private static final class Answering implements AutoCloseable {
    private final KafkaProducer<String, byte[]> producer;
    private final Serializer<Reconstruction> serializer;
    private final String topic;
    private int sent;

    Answering(Platform platform, String topic) {
      this.topic = topic;
      producer =
          new KafkaProducer<>(
              Map.<String, Object>of("bootstrap.servers", platform.bootstrapServers()),
              new StringSerializer(),
              new ByteArraySerializer());
      serializer = Serdes.of(platform.registryUrl()).serializer(Reconstruction.class);
    }

    void send(String adapter, int number) {
      for (int i = 0; i < number; i++) {
        var answer =
            Reconstruction.newBuilder()
                .setMeasurementId("m-" + sent++)
                .setTask(TASK)
                .setMean(Tensors.of(new float[1], 1, 1, 1))
                .setProvenance(provenance(adapter))
                .build();
        send(serializer.serialize(topic, answer));
      }
      producer.flush();
    }

    void send(byte[] value) {
      producer.send(new ProducerRecord<>(topic, value));
    }

    private static Provenance provenance(String adapter) {
      return Provenance.newBuilder()
          .setMethod("deft")
          .setAdapterId(adapter)
          .setPrior("prior")
          .setPriorFingerprint("")
          .setOperatorFingerprint("")
          .setSampler("")
          .setSteps(1)
          .setSeed(1)
          .setResidual(1)
          .setSourceTopic("")
          .setSourcePartition(0)
          .setSourceOffset(0)
          .build();
    }

    @Override
    public void close() {
      producer.close();
    }
  }

  @Test
  void shouldServeAllWithAnAdapterThatHasAnsweredEnoughOnTrial() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, NAME, 2);
        var answering = new Answering(platform, installation.topics().reconstructions())) {
      var trainers = new PublishedAdapters(platform, installation.topics(), "trainer of " + NAME);
      var persons = new PublishedAdapters(platform, installation.topics());
      String adapter = id(TASK, "new");
      // From before the trial: somebody had tried it by hand.
      answering.send(adapter, ENOUGH);
      trainers.change(TASK, trial(TASK));
      persons.change(OTHER, trial(OTHER));
      answering.send(id(OTHER, "new"), 2 * ENOUGH);

      Map<String, String> settings = new HashMap<>(installation.settings());
      settings.put("bootstrap.servers", platform.bootstrapServers());
      settings.put("schema.registry.url", platform.registryUrl());
      settings.put("models.dir", Path.of("..", "..", "deft", "models").toString());
      settings.put("trainer.dir", directory.resolve("trainer").toString());
      settings.put("trainer.canary.records", Integer.toString(ENOUGH));
      settings.put("trainer.http.port", "-1");
      try (var trainer =
          CliProcess.start(directory.resolve("trainer.log"), settings, "train", "--serve")) {
        trainer.awaitOutput("adapter " + adapter + " of task " + TASK + " is on trial until");
        answering.send(id(TASK, "old"), 4 * ENOUGH);
        answering.send("no answer".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        answering.send(adapter, ENOUGH - 1);
        assertThat(trainers.canary(TASK)).hasValue(adapter);
        answering.send(adapter, 1);
        Deadline.await(
            Platform.PATIENCE,
            () -> "serve the adapter:\n" + trainer.output(),
            () -> trainers.stable(TASK).equals(Optional.of(adapter)));
        trainer.awaitOutput("has answered " + ENOUGH + " measurements on trial and serves all");
      }
      assertThat(trainers.canary(TASK)).isEmpty();
      assertThat(trainers.known(TASK)).containsAll(List.of(id(TASK, "old"), adapter));
      // A trial that a person began is a person's to end.
      assertThat(trainers.stable(OTHER)).hasValue(id(OTHER, "old"));
      assertThat(trainers.canary(OTHER)).hasValue(id(OTHER, "new"));
    }
  }
}
