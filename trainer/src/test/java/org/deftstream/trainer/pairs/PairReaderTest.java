package org.deftstream.trainer.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PairReaderTest {
  private static final String TOPIC = "labelled-pairs";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int LIMIT = 100_000;
  private static final String SCOPE = "pair-reader";

  private final Consumer consumer = new Consumer();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<String> taken = new ArrayList<>();
  private final Serdes serdes = Serdes.of("mock://" + SCOPE);
  private PairReader reader;
  private int partitions = 1;
  private boolean closed;
  private boolean works;

  /** Kafka's mock does not look offsets up by time, and forgets the committed ones. */
  private static final class Consumer extends MockConsumer<byte[], byte[]> {
    private Map<TopicPartition, OffsetAndMetadata> marks = Map.of();
    private TopicPartition bomb;

    Consumer() {
      super("earliest");
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (bomb != null && assignment().contains(bomb)) {
        throw new OutOfMemoryError("Java heap space");
      }
      return super.poll(timeout);
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

  private static final class Book implements TaskCatalog {
    @Override
    public Optional<Task> find(String name) {
      if (name.equals("small/broken")) {
        throw new IllegalArgumentException("its file is no JSON");
      }
      return name.equals(Pairs.task().name()) ? Optional.of(Pairs.task()) : Optional.empty();
    }

    @Override
    public Set<String> names() {
      return Set.of(Pairs.task().name());
    }
  }

  private final class Taken implements PairReader.Sink {
    @Override
    public void begins(String topicId) {
      // What it is known by says the desk's test.
    }

    @Override
    public void pair(Pair pair, long timestamp, int partition, long offset) {
      taken.add(pair.id());
    }

    @Override
    public void command(String task, int partition, long offset) {
      taken.add("refresh " + task);
    }
  }

  private final class Topic implements PairTopics {
    @Override
    public Facts look() {
      return new Facts("topic-1", partitions, LIMIT);
    }

    @Override
    public void close() {
      closed = true;
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
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    producer.initTransactions();
    reader = reader(serdes.deserializer(LabelledPair.class));
  }

  private PairReader reader(Deserializer<LabelledPair> deserializer) {
    return new PairReader(
        consumer,
        producer,
        new Topic(),
        new PairDecoder(
            deserializer,
            new Book(),
            new PairCheck(5),
            new SchemaTrouble(() -> works, Duration.ZERO)),
        new Taken(),
        TOPIC,
        TOPIC + ".dlq");
  }

  @AfterEach
  void close() {
    reader.close();
    MockSchemaRegistry.dropScope(SCOPE);
    assertThat(closed).isTrue();
  }

  private void send(List<byte[]> values) {
    consumer.updateEndOffsets(Map.of(PARTITION, (long) values.size()));
    reader.start(Instant.EPOCH);
    long offset = 0;
    for (byte[] value : values) {
      consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, offset++, null, value));
    }
    reader.poll(Duration.ZERO);
    reader.poll(Duration.ZERO);
  }

  private byte[] bytes(Pair pair) {
    try (var serializer = serdes.serializer(LabelledPair.class)) {
      return serializer.serialize(TOPIC, Pairs.record(pair));
    }
  }

  private byte[] ofTask(String task) {
    var pair = LabelledPair.newBuilder(Pairs.record(Pairs.measured("u"))).setTask(task).build();
    try (var serializer = serdes.serializer(LabelledPair.class)) {
      return serializer.serialize(TOPIC, pair);
    }
  }

  @Test
  void shouldSendWhatDoesNotFitWithTheReasonAndTakeTheRest() {
    byte[] rubbish = "rubbish".getBytes(StandardCharsets.UTF_8);
    send(List.of(bytes(Pairs.measured("a")), rubbish, ofTask("smal"), bytes(Pairs.measured("b"))));

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
                consumer.groupMetadata().groupId(),
                Map.of(PARTITION, new OffsetAndMetadata(1, "topic=topic-1"))));
    assertThat(producer.transactionCommitted()).isTrue();
  }

  @Test
  void shouldGiveNoSecondDeadLetterWhenItReadsBack() {
    consumer.marks = Map.of(PARTITION, new OffsetAndMetadata(2, "topic=topic-1"));
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
    reader.poll(Duration.ZERO);
    assertThat(taken).containsExactly("refresh small/inpaint");
    assertThat(producer.history()).isEmpty();
  }

  private String header(int letter, String name) {
    return new String(
        producer.history().get(letter).headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldLeaveOutOfALetterWhatDoesNotFitItsTopic() {
    send(List.of(new byte[LIMIT + 1], bytes(Pairs.measured("a"))));
    assertThat(producer.history().get(0).value()).isNull();
    assertThat(header(0, DeadLetterHeaders.OMITTED)).isEqualTo("value of 100001 bytes");
    assertThat(taken).containsExactly("a");
    assertThat(producer.transactionCommitted()).isTrue();
  }

  @Test
  @Timeout(20)
  void shouldRefuseALongNameAtOnceAndInAShortPrintableLine() {
    send(List.of(ofTask("x".repeat(15_000_000)), ofTask("x\n12:00 ERROR \u001B[31mred")));
    assertThat(header(0, DeadLetterHeaders.ERROR_CLASS)).isEqualTo("NameTooLong");
    assertThat(header(0, DeadLetterHeaders.MESSAGE)).hasSizeLessThan(100);
    assertThat(header(1, DeadLetterHeaders.MESSAGE))
        .startsWith("task 'x?12:00 ERROR ?[31mred' is not known");
  }

  @Test
  void shouldRejectAPairOfATaskThatCannotBeUsed() {
    send(List.of(ofTask("small/broken"), bytes(Pairs.measured("a"))));
    assertThat(header(0, DeadLetterHeaders.ERROR_CLASS)).isEqualTo("BrokenTask");
    assertThat(header(0, DeadLetterHeaders.MESSAGE)).contains("its file is no JSON");
    assertThat(taken).containsExactly("a");
  }

  /** What Confluent's client throws for an id of another kind of schema. */
  @Test
  void shouldRejectWhatIsOfAForeignSchemaAndAskAgainForTheConnectionOnly() {
    Deserializer<LabelledPair> foreign =
        (topic, bytes) -> {
          throw new SerializationException("id", new IOException("Invalid schema type PROTOBUF"));
        };
    reader = reader(foreign);
    send(List.of(new byte[9]));
    assertThat(header(0, DeadLetterHeaders.MESSAGE)).contains("Invalid schema type PROTOBUF");

    Deserializer<LabelledPair> away =
        (topic, bytes) -> {
          throw new SerializationException("id", new ConnectException("Connection refused"));
        };
    var waiting = reader(away);
    waiting.start(Instant.EPOCH);
    consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 1, null, new byte[9]));
    assertThatThrownBy(() -> waiting.poll(Duration.ZERO))
        .isInstanceOf(UserError.class)
        .hasMessage("the schema registry does not answer: Connection refused");
    assertThat(producer.history()).hasSize(1);

    // A registry that works and fails at this one schema, again and again, will not be better.
    works = true;
    for (int attempt = 1; attempt < 5; attempt++) {
      consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 1 + attempt, null, new byte[9]));
      assertThatThrownBy(() -> waiting.poll(Duration.ZERO)).isInstanceOf(UserError.class);
    }
    consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 9, null, new byte[9]));
    waiting.poll(Duration.ZERO);
    waiting.poll(Duration.ZERO);
    assertThat(producer.history()).hasSize(2);
  }

  @Test
  void shouldRejectAFloodOfHeadersWithoutThem() {
    consumer.updateEndOffsets(Map.of(PARTITION, 1L));
    reader.start(Instant.EPOCH);
    var record = new ConsumerRecord<>(TOPIC, 0, 0, (byte[]) null, bytes(Pairs.measured("a")));
    for (int i = 0; i < 1001; i++) {
      record.headers().add("", null);
    }
    consumer.addRecord(record);
    reader.poll(Duration.ZERO);
    reader.poll(Duration.ZERO);
    assertThat(header(0, DeadLetterHeaders.ERROR_CLASS)).isEqualTo("TooManyHeaders");
    assertThat(producer.history().get(0).headers().toArray()).hasSizeLessThan(15);
    assertThat(taken).isEmpty();
  }

  @Test
  void shouldTakeAllOfATopicThatWasMadeAnewForNew() {
    consumer.marks = Map.of(PARTITION, new OffsetAndMetadata(1000, "topic=topic-0"));
    send(List.of(bytes(Pairs.measured("a")), new byte[] {7}));
    assertThat(reader.accepted()).isEqualTo(1);
    assertThat(reader.rejected()).isEqualTo(1);
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void shouldTakeWhatComesBehindACutForNew() {
    consumer.marks = Map.of(PARTITION, new OffsetAndMetadata(1000, "topic=topic-1"));
    send(List.of(bytes(Pairs.measured("a")), new byte[] {7}));
    assertThat(producer.history()).isEmpty();
    consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 2, null, new byte[] {8}));
    reader.poll(Duration.ZERO);
    reader.poll(Duration.ZERO);
    assertThat(producer.history()).hasSize(1);
    assertThat(header(0, DeadLetterHeaders.OFFSET)).isEqualTo("2");
  }

  @Test
  void shouldNameTheTopicOfLettersWhenItDoesNotTakeThem() {
    producer.sendException = new KafkaException("no such topic");
    producer.commitTransactionException =
        new KafkaException(
            "in an error state", new KafkaException("labelled-pairs.dlq not present in metadata"));
    assertThatThrownBy(() -> send(List.of(new byte[] {7})))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("cannot write dead letters to topic 'labelled-pairs.dlq'");
  }

  @Test
  void shouldPassByWhatItWasAskedTo() {
    consumer.updateEndOffsets(Map.of(PARTITION, 2L));
    consumer.updatePartitions(
        TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), null, null)));
    new PairSkip(consumer, producer, new Topic(), Topics.defaults()).skip(0, 0);
    assertThat(header(0, DeadLetterHeaders.OMITTED)).contains("were not read");
    assertThat(header(0, DeadLetterHeaders.OFFSET)).isEqualTo("0");
    var noted =
        producer
            .consumerGroupOffsetsHistory()
            .get(0)
            .get(consumer.groupMetadata().groupId())
            .get(PARTITION);
    assertThat(noted).isEqualTo(new OffsetAndMetadata(0, "topic=topic-1 skip=0"));

    consumer.marks = Map.of(PARTITION, noted);
    send(List.of(new byte[] {6}, bytes(Pairs.measured("a"))));
    assertThat(taken).containsExactly("a");
    assertThat(producer.history()).hasSize(1);
    assertThatThrownBy(
            () -> new PairSkip(consumer, producer, new Topic(), Topics.defaults()).skip(0, 2))
        .hasMessage("partition 0 of topic 'labelled-pairs' holds the offsets 0 to 1, not 2");
  }

  @Test
  void shouldNameThePlaceOfWhatFillsTheMemory() {
    partitions = 2;
    var other = new TopicPartition(TOPIC, 1);
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L, other, 7L));
    consumer.updateEndOffsets(Map.of(PARTITION, 1L, other, 8L));
    reader.start(Instant.EPOCH);
    consumer.bomb = other;
    assertThatThrownBy(() -> reader.poll(Duration.ZERO))
        .isInstanceOf(UnreadablePairException.class)
        .hasMessageStartingWith(
            "topic 'labelled-pairs', partition 1, position 7: what stands there takes more memory")
        .hasMessageEndingWith("deftstream dlq skip labelled-pairs 1 7");
  }
}
