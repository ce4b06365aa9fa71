package org.deftstream.service.topology;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.RecordSize;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.FencingGate;
import org.deftstream.service.ledger.Ledger;
import org.deftstream.service.ledger.LedgerStore;
import org.deftstream.service.ledger.RecordCollector;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.deftstream.service.ledger.SourceRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ties a {@link Ledger} to Kafka Streams: hands it what is consumed, calls it while it is not
 * empty, and forwards what leaves it to the sinks, in the source's partition.
 *
 * <p>Streams may close an instance and initialise it again, so {@link #init} begins afresh. The
 * punctuator exists only while something is in flight, because every punctuation makes a commit,
 * and an idle service must not write. {@link #close} forwards and writes nothing: what is written
 * there would fall outside the last transaction.
 */
final class LedgerProcessor implements Processor<byte[], byte[], byte[], Routed> {
  private static final Logger log = LoggerFactory.getLogger(LedgerProcessor.class);

  private final LedgerProcessorSettings settings;
  private ProcessorContext<byte[], Routed> context;
  private int partition;
  private Ledger ledger;
  private RecordCollector collector;
  private Cancellable punctuator;

  LedgerProcessor(LedgerProcessorSettings settings) {
    this.settings = settings;
  }

  @Override
  public void init(ProcessorContext<byte[], Routed> processorContext) {
    context = processorContext;
    partition = context.taskId().partition();
    punctuator = null;
    collector = new Forwarder();
    ledger =
        new Ledger(
            new LedgerStore(
                context.getStateStore(LedgerStore.NAME),
                settings.source(),
                settings.owner().getAsLong()),
            new FencingGate(settings.probes(), partition),
            settings.readers().open(partition),
            () -> settings.logStart().ask(partition),
            () -> settings.skipped().of(partition),
            settings.resources());
    var history = settings.history();
    ledger.recover(
        context.currentSystemTimeMs(), source -> history.certainBelow(source, partition));
    history.consume(partition, ledger.madeAnew());
    arm();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ledger.consumed();
    var coordinates = coordinates();
    if (coordinates.topic().equals(settings.measurements())) {
      try {
        ledger.take(coordinates.offset(), () -> sourceRecord(coordinates, record), collector);
      } catch (Error e) {
        throw new BrokenServiceException(
            "%s-%d at offset %d cannot be taken: %s"
                .formatted(coordinates.topic(), partition, coordinates.offset(), e),
            e);
      }
    }
    arm();
  }

  private RecordMetadata coordinates() {
    Optional<RecordMetadata> metadata = context.recordMetadata();
    return metadata.orElseThrow(() -> new IllegalStateException("a record without coordinates"));
  }

  private static SourceRecord sourceRecord(RecordMetadata from, Record<byte[], byte[]> record) {
    return new SourceRecord(
        from.topic(),
        from.partition(),
        from.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        record.headers());
  }

  private void arm() {
    if (punctuator == null && !ledger.isEmpty()) {
      punctuator =
          context.schedule(
              settings.resources().settings().drainInterval(),
              PunctuationType.WALL_CLOCK_TIME,
              this::punctuate);
    }
  }

  private void punctuate(long nowMillis) {
    ledger.punctuate(nowMillis, collector, context::commit);
    if (ledger.isEmpty()) {
      disarm();
    }
  }

  private void disarm() {
    if (punctuator != null) {
      punctuator.cancel();
      punctuator = null;
    }
  }

  @Override
  public void close() {
    disarm();
    if (ledger != null) {
      ledger.close();
    }
  }

  /** Forwards to the sinks. */
  private final class Forwarder implements RecordCollector {
    @Override
    public void answer(SourceRecord record, byte[] value) {
      long limit = settings.limits().get().reconstruction();
      long size = RecordSize.of(record.key(), value, record.headers());
      if (size > limit) {
        throw new RejectedRecordException(
            Stage.PUBLISH,
            "ResultTooLarge",
            "the reconstruction takes %d bytes with key and headers, but its topic takes %d; raise records.max.bytes and the topic's max.message.bytes"
                .formatted(size, limit));
      }
      // What forwarding throws is about the producer; what this throws is about the record.
      Record<byte[], Routed> made;
      try {
        made =
            new Record<>(
                record.key(), new Routed(partition, value), time(record), record.headers());
      } catch (RuntimeException e) {
        throw new RejectedRecordException(
            Stage.PUBLISH, e.getClass().getSimpleName(), String.valueOf(e.getMessage()), e);
      }
      context.forward(made, ReconstructionTopology.RECONSTRUCTIONS_SINK);
    }

    /** A topic that keeps its producers' times refuses those of the future, for ever. */
    private long time(SourceRecord record) {
      return Math.min(record.timestamp(), System.currentTimeMillis());
    }

    @Override
    public void deadLetter(long offset, SourceRecord record, RejectedRecordException reason) {
      Record<byte[], Routed> made;
      try {
        made = made(letter(offset, record, reason), record == null ? now() : time(record));
      } catch (RuntimeException e) {
        log.warn(
            "a dead letter of {}-{}@{} leaves without its record",
            settings.measurements(),
            partition,
            offset,
            e);
        made = made(DeadLetter.ofUnread(place(offset), why(reason)), now());
      }
      send(made);
      settings.listener().rejected(partition, offset, reason);
    }

    private DeadLetter letter(long offset, SourceRecord record, RejectedRecordException reason) {
      if (record == null) {
        return reason.errorClass().equals(RejectedRecordException.GONE)
            ? DeadLetter.ofGone(place(offset), why(reason))
            : DeadLetter.ofUnread(place(offset), why(reason));
      }
      var letter =
          DeadLetter.of(
              place(offset),
              why(reason),
              record.key(),
              record.value(),
              record.headers(),
              settings.limits().get().deadLetter());
      if (record.headerCount() > SourceRecord.MAX_HEADERS
          && letter.headers().lastHeader(DeadLetterHeaders.OMITTED) == null) {
        letter
            .headers()
            .add(
                DeadLetterHeaders.OMITTED,
                (record.headerCount() + " headers").getBytes(StandardCharsets.UTF_8));
      }
      return letter;
    }

    @Override
    public void deadLetters(long first, long last, RejectedRecordException reason) {
      send(made(DeadLetter.ofRange(place(first), last, why(reason)), now()));
      settings.listener().rejected(partition, first, reason);
    }

    private DeadLetter.Place place(long offset) {
      return new DeadLetter.Place(settings.measurements(), partition, offset);
    }

    private static DeadLetter.Reason why(RejectedRecordException reason) {
      return new DeadLetter.Reason(
          reason.errorClass(), reason.getMessage(), reason.stage().header());
    }

    private long now() {
      return Math.max(0, context.currentSystemTimeMs());
    }

    private Record<byte[], Routed> made(DeadLetter letter, long timestamp) {
      return new Record<>(
          letter.key(), new Routed(partition, letter.value()), timestamp, letter.headers());
    }

    private void send(Record<byte[], Routed> letter) {
      context.forward(letter, ReconstructionTopology.DEAD_LETTERS_SINK);
    }
  }
}
