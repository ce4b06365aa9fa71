package org.deftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;
import org.junit.jupiter.api.Test;

class ReconstructionConsumerTest {
  private static final Duration NOW = Duration.ZERO;
  private static final ClientOptions OPTIONS =
      ClientOptions.of("127.0.0.1:9092", "http://user:secret@127.0.0.1:8081");
  private static final TopicPartition ANSWERS =
      new TopicPartition(OPTIONS.topics().reconstructions(), 0);
  private static final TopicPartition LETTERS =
      new TopicPartition(OPTIONS.topics().deadLetters(), 0);

  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private boolean registryAnswers = true;

  /** The value is the id; "bad" is no record. */
  private final Deserializer<Reconstruction> deserializer =
      (topic, bytes) -> {
        if (!registryAnswers) {
          throw new SerializationException("no schema", new ConnectException("refused"));
        }
        var id = new String(bytes, UTF_8);
        if (id.equals("bad")) {
          throw new SerializationException("not a record");
        }
        return reconstruction(id);
      };

  private final ReconstructionConsumer consumer = consumer();

  private ReconstructionConsumer consumer() {
    kafka.assign(List.of(ANSWERS, LETTERS));
    kafka.updateBeginningOffsets(Map.of(ANSWERS, 0L, LETTERS, 0L));
    return new ReconstructionConsumer(OPTIONS, kafka, deserializer);
  }

  @Test
  void shouldTellWhatCameOfEachMeasurement() {
    answer(0, "m-0");
    answer(1, "bad");
    letter(0, "m-1");
    var answers = consumer.poll(NOW);
    assertThat(answers)
        .anySatisfy(
            each -> {
              assertThat(each).isInstanceOf(Answer.Reconstructed.class);
              var image = ((Answer.Reconstructed) each).reconstruction();
              assertThat(image.getMeasurementId()).isEqualTo("m-0");
              assertThat(each.place()).hasToString("reconstructions-0 at offset 0");
            })
        .anySatisfy(
            each -> {
              assertThat(each).isInstanceOf(Answer.Unreadable.class);
              assertThat(((Answer.Unreadable) each).message()).isEqualTo("not a record");
            })
        .anySatisfy(
            each -> {
              assertThat(each).isInstanceOf(Answer.Rejected.class);
              var letter = (Answer.Rejected) each;
              assertThat(letter.reason()).isEqualTo("UnknownTask");
              assertThat(letter.message()).isEqualTo("there is no such task");
              assertThat(letter.keyText()).isEqualTo("m-1");
              assertThat(letter.value()).isEqualTo(Optional.empty());
            })
        .hasSize(3);
  }

  @Test
  void shouldNoteOnlyWhatWasHandled() {
    answer(0, "m-0");
    answer(1, "m-1");
    assertThat(consumer.poll(NOW)).hasSize(2);
    assertThat(committed()).isNull();
    consumer.commit();
    assertThat(committed()).isEqualTo(2);
  }

  /** What cannot be decoded now stays, in its place, and nothing is read past it. */
  @Test
  void shouldKeepRecordsWhileTheRegistryIsAway() {
    answer(0, "m-0");
    registryAnswers = false;
    assertThatThrownBy(() -> consumer.poll(NOW))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("http://127.0.0.1:8081 does not answer: refused")
        .hasMessageNotContaining("secret");
    answer(1, "m-1");
    assertThatThrownBy(() -> consumer.poll(NOW)).isInstanceOf(ClientException.class);
    consumer.commit();
    assertThat(committed()).isNull();
    registryAnswers = true;
    assertThat(consumer.poll(NOW)).extracting(each -> each.place().offset()).containsExactly(0L);
    assertThat(consumer.poll(NOW)).extracting(each -> each.place().offset()).containsExactly(1L);
    assertThat(kafka.paused()).isEmpty();
  }

  @Test
  void shouldCheckWhatItIsGivenAndShowNoSecret() {
    assertThatThrownBy(() -> OPTIONS.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be from 1 ms to 1 h, got PT0S");
    assertThatThrownBy(() -> Instructions.NONE.withPriority(101))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("priority must be from -100 to 100, got 101");
    assertThat(OPTIONS.withKafka(Map.of("sasl.jaas.config", "secret")).toString())
        .doesNotContain("secret");
  }

  private Long committed() {
    var offset = kafka.committed(Set.of(ANSWERS)).get(ANSWERS);
    return Optional.ofNullable(offset).map(OffsetAndMetadata::offset).orElse(null);
  }

  private void answer(long offset, String id) {
    kafka.addRecord(new ConsumerRecord<>(ANSWERS.topic(), 0, offset, null, id.getBytes(UTF_8)));
  }

  private void letter(long offset, String key) {
    var headers =
        new RecordHeaders()
            .add(DeadLetterHeaders.ERROR_CLASS, "UnknownTask".getBytes(UTF_8))
            .add(DeadLetterHeaders.MESSAGE, "there is no such task".getBytes(UTF_8));
    kafka.addRecord(
        new ConsumerRecord<>(
            LETTERS.topic(),
            0,
            offset,
            0,
            TimestampType.CREATE_TIME,
            -1,
            -1,
            key.getBytes(UTF_8),
            null,
            headers,
            Optional.empty()));
  }

  private static Reconstruction reconstruction(String id) {
    return Reconstruction.newBuilder()
        .setMeasurementId(id)
        .setTask("t")
        .setMean(Tensors.of(new float[] {1}, 1, 1, 1))
        .setProvenance(
            Provenance.newBuilder()
                .setMethod("diffpir")
                .setPrior("p")
                .setPriorFingerprint("f")
                .setOperatorFingerprint("o")
                .setSampler("s")
                .setSteps(1)
                .setSeed(1)
                .setSourceTopic("measurements")
                .setSourcePartition(0)
                .setSourceOffset(0)
                .build())
        .build();
  }
}
