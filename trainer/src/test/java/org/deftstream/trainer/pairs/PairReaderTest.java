package org.deftstream.trainer.pairs;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PairReaderTest {
  private static final String TOPIC = "labelled-pairs";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final String SCOPE = "pair-reader";

  private final Consumer consumer = new Consumer();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<String> taken = new ArrayList<>();
  private final Serdes serdes = Serdes.of("mock://" + SCOPE);
  private PairReader reader;

  /** Kafka's mock does not look offsets up by time, and forgets the committed ones. */
  private static final class Consumer extends MockConsumer<byte[], byte[]> {
    private Map<TopicPartition, OffsetAndMetadata> marks = Map.of();

    Consumer() {
      super("earliest");
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times) {
      return Map.of(PARTITION, new OffsetAndTimestamp(0, 0));
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
        Set<TopicPartition> partitions) {
      return marks;
    }
  }

  private static final class Book implements TaskBook {
    @Override
    public Optional<Task> find(String name) {
      return name.equals(Pairs.task().name()) ? Optional.of(Pairs.task()) : Optional.empty();
    }

    @Override
    public Set<String> names() {
      return Set.of(Pairs.task().name());
    }
  }

  private final class Taken implements PairReader.Sink {
    @Override
    public void pair(Pair pair, long timestamp, int partition, long offset) {
      taken.add(pair.id());
    }

    @Override
    public void command(String task, int partition, long offset) {
      taken.add("refresh " + task);
    }
  }

  @BeforeEach
  void open() throws Exception {
    for (var definition : Topics.defaults().definitions(1)) {
      if (definition.name().equals(TOPIC)) {
        MockSchemaRegistry.getClientForScope(SCOPE)
            .register(TOPIC + "-value", new AvroSchema(definition.valueSchema().orElseThrow()));
      }
    }
    consumer.updatePartitions(
        TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), null, null)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    producer.initTransactions();
    reader =
        new PairReader(
            consumer,
            producer,
            new PairIntake(serdes.deserializer(LabelledPair.class), new Book(), new PairCheck(5)),
            new Taken(),
            TOPIC,
            TOPIC + ".dlq");
  }

  @AfterEach
  void close() {
    reader.close();
    MockSchemaRegistry.dropScope(SCOPE);
  }

  private void send(List<byte[]> values) {
    consumer.updateEndOffsets(Map.of(PARTITION, (long) values.size()));
    reader.start(Instant.EPOCH);
    long offset = 0;
    for (byte[] value : values) {
      consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, offset++, null, value));
    }
    reader.poll(Duration.ZERO);
  }

  private byte[] bytes(Pair pair) {
    try (var serializer = serdes.serializer(LabelledPair.class)) {
      return serializer.serialize(TOPIC, Pairs.record(pair));
    }
  }

  private byte[] unknownTask() {
    var pair = LabelledPair.newBuilder(Pairs.record(Pairs.measured("u"))).setTask("smal").build();
    try (var serializer = serdes.serializer(LabelledPair.class)) {
      return serializer.serialize(TOPIC, pair);
    }
  }

  @Test
  void shouldSendWhatDoesNotFitWithTheReasonAndTakeTheRest() {
    byte[] rubbish = "rubbish".getBytes(StandardCharsets.UTF_8);
    send(List.of(bytes(Pairs.measured("a")), rubbish, unknownTask(), bytes(Pairs.measured("b"))));

    assertThat(taken).containsExactly("a", "b");
    assertThat(producer.history()).hasSize(2);
    var letter = producer.history().get(0);
    assertThat(letter.topic()).isEqualTo("labelled-pairs.dlq");
    assertThat(letter.value()).isEqualTo(rubbish);
    assertThat(letter.headers().lastHeader(DeadLetterHeaders.OFFSET).value())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("1");
    assertThat(producer.history().get(1).headers().lastHeader(DeadLetterHeaders.MESSAGE).value())
        .asString(StandardCharsets.UTF_8)
        .contains("task 'smal' is not known");
    assertThat(reader.rejected()).isEqualTo(2);
    assertThat(reader.accepted()).isEqualTo(2);
    assertThat(reader.caughtUp()).isTrue();
  }

  @Test
  void shouldNoteTheOffsetInTheTransactionOfTheDeadLetter() {
    send(List.of(new byte[] {7}));
    assertThat(producer.consumerGroupOffsetsHistory())
        .containsExactly(
            Map.of(
                consumer.groupMetadata().groupId(), Map.of(PARTITION, new OffsetAndMetadata(1))));
    assertThat(producer.transactionCommitted()).isTrue();
  }

  @Test
  void shouldGiveNoSecondDeadLetterWhenItReadsBack() {
    consumer.marks = Map.of(PARTITION, new OffsetAndMetadata(2));
    send(List.of(bytes(Pairs.measured("a")), new byte[] {7}, new byte[] {8}));
    assertThat(taken).containsExactly("a");
    assertThat(producer.history()).hasSize(1);
    assertThat(producer.history().get(0).value()).isEqualTo(new byte[] {8});
    assertThat(reader.accepted()).isZero();
  }

  @Test
  void shouldTakeACommand() {
    consumer.updateEndOffsets(Map.of(PARTITION, 1L));
    reader.start(Instant.EPOCH);
    var record =
        new ConsumerRecord<byte[], byte[]>(
            TOPIC, 0, 0, "small/inpaint".getBytes(StandardCharsets.UTF_8), null);
    RefreshCommand.headers().forEach(record.headers()::add);
    consumer.addRecord(record);
    reader.poll(Duration.ZERO);
    assertThat(taken).containsExactly("refresh small/inpaint");
    assertThat(producer.history()).isEmpty();
  }
}
