package org.deftstream.messaging.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;

/**
 * What was replayed before, by whatever command: each command notes, as the offsets of a consumer
 * group of its own, how far it has come, and in their metadata which letters it meant. Immutable.
 */
final class ReplayNotes {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How far one command has come. */
  private record Note(DeadLetterFilter filter, int maxReplays, Map<TopicPartition, Long> passed) {
    boolean holds(ReceivedDeadLetter letter, LetterMeasurements names) {
      var record = letter.record();
      var place = new TopicPartition(record.topic(), record.partition());
      return record.offset() < passed.getOrDefault(place, 0L)
          && letter.replays() < maxReplays
          && filter.accepts(letter, names);
    }
  }

  private final List<Note> notes;

  private ReplayNotes(List<Note> notes) {
    this.notes = notes;
  }

  /** Nothing was replayed. */
  static ReplayNotes none() {
    return new ReplayNotes(List.of());
  }

  /**
   * Reads the notes of all commands of a service.
   *
   * @throws UserError if Kafka does not answer
   */
  static ReplayNotes read(DeadLetterAccess access) {
    var config = new HashMap<>(access.consumer());
    int millis = Math.toIntExact(access.timeout().toMillis());
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    // Not above the timeout of the whole, which Kafka refuses.
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    var form = Pattern.compile(Pattern.quote(prefix(access)) + "[0-9a-f-]{36}");
    var notes = new ArrayList<Note>();
    try (var admin = Admin.create(config)) {
      for (var listed : answer(access, admin.listGroups().all())) {
        if (form.matcher(listed.groupId()).matches()) {
          var offsets = admin.listConsumerGroupOffsets(listed.groupId());
          answer(access, offsets.partitionsToOffsetAndMetadata())
              .forEach((place, noted) -> add(notes, place, noted));
        }
      }
    }
    return new ReplayNotes(List.copyOf(notes));
  }

  private static void add(List<Note> notes, TopicPartition place, OffsetAndMetadata noted) {
    if (noted == null) {
      return;
    }
    try {
      var json = JSON.readTree(noted.metadata());
      if (json.path("max").isInt()) {
        notes.add(
            new Note(filter(json), json.path("max").intValue(), Map.of(place, noted.offset())));
      }
    } catch (JsonProcessingException e) {
      // Not a note of a replay, whatever group it is of.
      return;
    }
  }

  private static DeadLetterFilter filter(JsonNode json) {
    return new DeadLetterFilter(
        Optional.ofNullable(json.path("reason").textValue()),
        Optional.ofNullable(json.path("task").textValue()),
        json.has("partition")
            ? OptionalInt.of(json.path("partition").intValue())
            : OptionalInt.empty(),
        json.has("from") ? OptionalLong.of(json.path("from").longValue()) : OptionalLong.empty(),
        json.has("to") ? OptionalLong.of(json.path("to").longValue()) : OptionalLong.empty());
  }

  private static <T> T answer(DeadLetterAccess access, KafkaFuture<T> future) {
    try {
      return future.get(access.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unknown(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw unknown("Kafka does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown("interrupted", e);
    }
  }

  private static UserError unknown(String reason, Exception e) {
    return new UserError("what was replayed before is not known: " + reason, e);
  }

  /** Whether a letter was replayed before. */
  boolean hold(ReceivedDeadLetter letter, LetterMeasurements names) {
    return notes.stream().anyMatch(note -> note.holds(letter, names));
  }

  /**
   * The group of a command: one for each filter and bound; a name of any length becomes a short
   * one.
   */
  static String group(DeadLetterAccess access, ReplayOptions options) {
    String what = options.filter().describe() + " max=" + options.maxReplays();
    return prefix(access) + UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8));
  }

  private static String prefix(DeadLetterAccess access) {
    return access.application() + "-dlq-replay-";
  }

  /** What is noted of a command that has passed all letters before an offset. */
  static OffsetAndMetadata passed(long offset, ReplayOptions options) {
    var json = JSON.createObjectNode().put("max", options.maxReplays());
    var filter = options.filter();
    filter.reason().ifPresent(reason -> json.put("reason", reason));
    filter.task().ifPresent(task -> json.put("task", task));
    filter.partition().ifPresent(partition -> json.put("partition", partition));
    filter.from().ifPresent(from -> json.put("from", from));
    filter.to().ifPresent(to -> json.put("to", to));
    return new OffsetAndMetadata(offset, json.toString());
  }
}
