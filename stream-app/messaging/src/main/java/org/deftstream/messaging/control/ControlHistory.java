package org.deftstream.messaging.control;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterStatus;

/**
 * Everything that the topics still hold of what was asked of tasks and what instances made of it:
 * the topics are compacted, so of what is old only the last remains. Stateless.
 */
public final class ControlHistory {
  private ControlHistory() {}

  /** Something that happened to a task. */
  public sealed interface Event {
    /** When it was written, by the clock of whoever wrote it or of the broker. */
    Instant at();

    /** The task. */
    String task();
  }

  /**
   * A task's record on the control topic.
   *
   * @param before the task's record before it, as far as the topic holds it; null if there is none
   * @param after the record; null if it retires the task
   */
  public record Change(Instant at, String task, AdapterControl before, AdapterControl after)
      implements Event {}

  /** A report of an instance that is not a mere repetition. */
  public record Report(Instant at, AdapterStatus status) implements Event {
    @Override
    public String task() {
      return status.getTask();
    }
  }

  /**
   * The last events, in order of time. Records that cannot be read are left out.
   *
   * @param task the only task to tell of; empty for all
   * @param most how many at most; the older ones are left out
   * @throws UserError if a topic is not there, Kafka does not answer in time, or the schema
   *     registry does not
   */
  public static List<Event> read(PublisherSettings settings, Optional<String> task, int most) {
    var events = new ArrayList<Event>(changes(settings, task, most));
    events.addAll(reports(settings, task, most));
    events.sort(Comparator.comparing(Event::at));
    return List.copyOf(events.subList(Math.max(0, events.size() - most), events.size()));
  }

  private static ArrayDeque<Event> changes(
      PublisherSettings settings, Optional<String> task, int most) {
    Topics topics = settings.topics();
    var last = new ArrayDeque<Event>();
    Map<String, AdapterControl> before = new HashMap<>();
    try (var values = settings.serdes().deserializer(AdapterControl.class)) {
      CompactedTopic.forEach(
          settings,
          topics.adapters(),
          record -> {
            var name = record.key();
            if (name == null || task.filter(each -> !each.equals(name)).isPresent()) {
              return;
            }
            if (record.value() == null) {
              add(last, new Change(time(record), name, before.remove(name), null), most);
            } else {
              decode(values, record)
                  .ifPresent(
                      state ->
                          add(
                              last,
                              new Change(time(record), name, before.put(name, state), state),
                              most));
            }
          });
    }
    return last;
  }

  private static ArrayDeque<Event> reports(
      PublisherSettings settings, Optional<String> task, int most) {
    var last = new ArrayDeque<Event>();
    Map<String, AdapterStatus> before = new HashMap<>();
    try (var values = settings.serdes().deserializer(AdapterStatus.class)) {
      CompactedTopic.forEach(
          settings,
          settings.topics().adapterStatus(),
          record -> {
            if (record.key() == null || record.value() == null) {
              return;
            }
            decode(values, record)
                .filter(status -> task.map(status.getTask()::equals).orElse(true))
                .filter(status -> isNews(before.put(record.key(), status), status))
                .ifPresent(status -> add(last, new Report(time(record), status), most));
          });
    }
    return last;
  }

  /** An instance repeats what it said every heartbeat. */
  private static boolean isNews(AdapterStatus before, AdapterStatus now) {
    return before == null
        || before.getState() != now.getState()
        || !Objects.equals(before.getAdapterId(), now.getAdapterId())
        || !Objects.equals(before.getReason(), now.getReason())
        || !before.getAt().equals(now.getAt());
  }

  private static void add(ArrayDeque<Event> last, Event event, int most) {
    last.add(event);
    if (last.size() > most) {
      last.remove();
    }
  }

  private static Instant time(ConsumerRecord<?, ?> record) {
    return Instant.ofEpochMilli(record.timestamp());
  }

  private static <T extends SpecificRecord> Optional<T> decode(
      Deserializer<T> values, ConsumerRecord<String, byte[]> record) {
    try {
      return Optional.ofNullable(RegistryCalls.deserialize(values, record.topic(), record.value()));
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
