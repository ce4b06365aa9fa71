package org.deftstream.trainer.pairs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept in memory of a pair.
 *
 * @param id name of the pair
 * @param series its series, if known
 * @param measured whether it has a real measurement
 * @param optional the auxiliary inputs that it brought and might have left out
 * @param timestamp the record's, in milliseconds
 * @param partition the record's
 * @param offset the record's
 * @param slot its place in the file
 */
public record PairEntry(
    String id,
    Optional<String> series,
    boolean measured,
    Set<String> optional,
    long timestamp,
    int partition,
    long offset,
    int slot) {
  /** Oldest first; the same whatever the order in which partitions were read. */
  static final Comparator<PairEntry> BY_AGE =
      Comparator.comparingLong(PairEntry::timestamp)
          .thenComparingInt(PairEntry::partition)
          .thenComparingLong(PairEntry::offset);

  /** What decides between training and validation. */
  String family() {
    return series.orElse(id);
  }

  PairEntry at(int newSlot) {
    return new PairEntry(id, series, measured, optional, timestamp, partition, offset, newSlot);
  }

  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("id", id);
    series.ifPresent(name -> json.put("series", name));
    if (!optional.isEmpty()) {
      optional.forEach(json.putArray("optional")::add);
    }
    return json.put("measured", measured)
        .put("timestamp", timestamp)
        .put("partition", partition)
        .put("offset", offset)
        .put("slot", slot);
  }

  static PairEntry fromJson(JsonNode json) {
    var optional = new HashSet<String>();
    json.path("optional").forEach(name -> optional.add(name.asText()));
    return new PairEntry(
        json.path("id").asText(),
        Optional.ofNullable(json.path("series").textValue()),
        json.path("measured").asBoolean(),
        Set.copyOf(optional),
        json.path("timestamp").asLong(),
        json.path("partition").asInt(),
        json.path("offset").asLong(),
        json.path("slot").asInt());
  }
}
