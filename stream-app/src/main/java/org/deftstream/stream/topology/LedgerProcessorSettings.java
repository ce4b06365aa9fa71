package org.deftstream.stream.topology;

import java.util.UUID;
import org.deftstream.schemas.Topics;
import org.deftstream.stream.ledger.LedgerResources;
import org.deftstream.stream.ledger.LogStart;
import org.deftstream.stream.ledger.SourceReader;
import org.deftstream.stream.ledger.TickSender;

/**
 * The collaborators of the topology. Immutable; what it refers to is thread-safe and owned by
 * whoever made it.
 *
 * @param topics topic names
 * @param source identity of the topic of measurements (Kafka's topic id), so that offsets of a
 *     topic made anew are not mistaken for older ones
 * @param owner identity of this process, drawn at random when it starts
 * @param ticks sends ticks
 * @param readers reads measurements again
 * @param logStart asks where the log of measurements begins
 * @param resources work, bounds, settings and counts, shared by all tasks
 * @param limits the largest records that can be published
 */
public record LedgerProcessorSettings(
    Topics topics,
    UUID source,
    long owner,
    TickSender ticks,
    SourceReader.Factory readers,
    LogStart logStart,
    LedgerResources resources,
    OutputLimits limits) {

  /** Name of the source topic. */
  String measurements() {
    return topics.measurements();
  }
}
