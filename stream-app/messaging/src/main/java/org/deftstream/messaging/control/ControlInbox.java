package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.avro.AdapterControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control records that were read and are not taken up yet: of each task the last one, undecoded. A
 * record whose schema the registry does not give now stays and is tried again; the others go on
 * meanwhile. Belongs to the control thread, but for {@link #waitsFor}.
 */
public final class ControlInbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlInbox.class);

  private final String topic;
  private final Deserializer<AdapterControl> values;
  private final Duration pause;
  private final long maxBytes;
  private final Map<String, ControlRecord> records = new LinkedHashMap<>();
  private long bytes;
  private long tryAt;
  private volatile Optional<String> waiting = Optional.empty();

  /**
   * An empty inbox.
   *
   * @param topic name of the control topic
   * @param values decodes; closed with this
   * @param pause between two tries to reach the registry
   * @param maxBytes at so many bytes it is {@link #full}
   */
  public ControlInbox(
      String topic, Deserializer<AdapterControl> values, Duration pause, long maxBytes) {
    this.topic = topic;
    this.values = values;
    this.pause = pause;
    this.maxBytes = maxBytes;
  }

  /** Takes a record in the place of an earlier one of its task. */
  public void add(ControlRecord record) {
    var earlier = records.remove(record.task());
    bytes += record.bytes() - (earlier == null ? 0 : earlier.bytes());
    records.put(record.task(), record);
  }

  public boolean isEmpty() {
    return records.isEmpty();
  }

  /** Whether no more should be read before something was taken. */
  public boolean full() {
    return bytes >= maxBytes;
  }

  /** What the records that are left wait for; empty if they wait for nothing. Thread-safe. */
  public Optional<String> waitsFor() {
    return waiting;
  }

  /** The next request; empty if there is none, or the registry does not answer now. */
  public Optional<ControlRequest> take() {
    if (records.isEmpty() || (waiting.isPresent() && System.nanoTime() - tryAt < 0)) {
      return Optional.empty();
    }
    var record = records.values().iterator().next();
    records.remove(record.task());
    try {
      var request = decode(record);
      bytes -= record.bytes();
      answered();
      return Optional.of(request);
    } catch (RegistryAwayException e) {
      // Behind the others: one schema that the registry does not give must not hold them up.
      records.put(record.task(), record);
      tryAt = System.nanoTime() + pause.toNanos();
      outage(record, e);
      return Optional.empty();
    }
  }

  private void outage(ControlRecord record, RegistryAwayException e) {
    if (waiting.isEmpty()) {
      LOG.warn(
          "the schema registry does not answer; {} control records wait, of task {} and others: {}",
          records.size(),
          record.task(),
          e.getMessage());
    }
    waiting =
        Optional.of(
            records.size()
                + " control records wait for the schema registry, that of task "
                + record.task()
                + " too: "
                + e.getMessage());
  }

  private void answered() {
    if (waiting.isPresent() && records.isEmpty()) {
      LOG.info("the schema registry answers again; no control record waits any more");
    }
    if (records.isEmpty()) {
      waiting = Optional.empty();
    }
  }

  private ControlRequest decode(ControlRecord record) {
    if (record.value() == null) {
      return new ControlRequest(record.task(), record.offset(), Optional.empty(), Optional.empty());
    }
    String where = "control record at offset " + record.offset();
    try {
      var state = values.deserialize(topic, record.value());
      if (!state.getTask().equals(record.task())) {
        return refused(
            record,
            where
                + " has the key "
                + record.task()
                + " and names task "
                + state.getTask()
                + "; both must be the same");
      }
      return new ControlRequest(
          record.task(), record.offset(), Optional.of(state), Optional.empty());
    } catch (RuntimeException e) {
      if (RegistryErrors.passing(e)) {
        throw new RegistryAwayException(e);
      }
      return refused(record, where + " cannot be read: " + Reasons.of(e));
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      return refused(record, where + " cannot be read: " + e);
    }
  }

  private static ControlRequest refused(ControlRecord record, String error) {
    return new ControlRequest(record.task(), record.offset(), Optional.empty(), Optional.of(error));
  }

  @Override
  public void close() {
    values.close();
  }
}
