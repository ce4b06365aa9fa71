package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.deftstream.messaging.deadletter.DeadLetterReplay.Outcome;
import org.deftstream.messaging.deadletter.ReceivedDeadLetter;
import org.deftstream.schemas.avro.Measurement;

/** Dead letters as text and JSON. What came from outside cannot steer a terminal. */
final class DeadLetterText {
  private static final int SHORT = 100;
  private static final int NAME = 40;
  private static final int HEAD = 64;

  private DeadLetterText() {}

  /**
   * One line.
   *
   * @param measurement what the letter holds, if it is a measurement and that is known
   */
  static String line(ReceivedDeadLetter letter, Optional<Measurement> measurement) {
    return "%-10s %s %-20s %-9s key %s, %sfrom %s%s: %s"
        .formatted(
            letter.place(),
            Instant.ofEpochMilli(letter.record().timestamp()),
            printable(letter.reason()),
            printable(letter.stage()),
            key(letter),
            measurement
                .map(
                    each ->
                        "id "
                            + cut(printable(each.getId()), NAME)
                            + ", task "
                            + cut(printable(each.getTask()), NAME)
                            + ", ")
                .orElse(""),
            printable(letter.source()),
            letter.replays() == 0 ? "" : " replayed " + letter.replays() + " times",
            cut(printable(letter.message()), SHORT));
  }

  private static String key(ReceivedDeadLetter letter) {
    byte[] key = letter.record().key();
    return key == null ? "none" : cut(printable(utf8(key)), NAME);
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) + " ..." : text;
  }

  /** Everything, in a few lines. */
  static String whole(ReceivedDeadLetter letter, Optional<Measurement> measurement) {
    var text = new StringBuilder();
    add(text, "place", letter.record().topic() + "-" + letter.place());
    add(text, "time", Instant.ofEpochMilli(letter.record().timestamp()).toString());
    add(text, "key", bytes(letter.record().key()));
    add(text, "value", bytes(letter.record().value()));
    measurement.ifPresentOrElse(
        each -> MeasurementText.facts(each).forEach((name, value) -> add(text, name, value)),
        () -> add(text, "task", "unknown: the value is no measurement, or was left out"));
    for (Header header : letter.record().headers()) {
      add(text, header.key(), header.value() == null ? "null" : utf8(header.value()));
    }
    return text.toString().stripTrailing();
  }

  /** Everything but the numbers, for programs. */
  static ObjectNode json(ReceivedDeadLetter letter, Optional<Measurement> measurement) {
    var record = letter.record();
    var node =
        JsonNodeFactory.instance
            .objectNode()
            .put("partition", record.partition())
            .put("offset", record.offset())
            .put("time", Instant.ofEpochMilli(record.timestamp()).toString())
            .put("reason", letter.reason())
            .put("stage", letter.stage())
            .put("message", letter.message())
            .put("source", letter.source())
            .put("replays", letter.replays())
            .put("measurementId", measurement.map(Measurement::getId).orElse(null))
            .put("task", measurement.map(Measurement::getTask).orElse(null))
            .put("key", record.key() == null ? null : utf8(record.key()))
            .put("valueBytes", record.value() == null ? -1 : record.value().length);
    var headers = node.putArray("headers");
    for (Header header : record.headers()) {
      headers
          .addObject()
          .put("name", header.key())
          .put("value", header.value() == null ? null : utf8(header.value()));
    }
    return node;
  }

  /** An outcome as people write it. */
  static String name(Outcome outcome) {
    return switch (outcome) {
      case REPLAYED -> "replayed";
      case REPLAYED_BEFORE -> "replayedBefore";
      case TOO_OFTEN -> "tooOften";
      case INCOMPLETE -> "incomplete";
    };
  }

  private static void add(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-22s %s%n", printable(name), printable(value)));
  }

  private static String bytes(byte[] bytes) {
    if (bytes == null) {
      return "none";
    }
    var head = HexFormat.of().formatHex(bytes, 0, Math.min(HEAD, bytes.length));
    return bytes.length + " bytes " + head + (bytes.length > HEAD ? "..." : "");
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
