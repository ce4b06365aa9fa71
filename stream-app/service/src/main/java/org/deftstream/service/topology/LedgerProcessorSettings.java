package org.deftstream.service.topology;

import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.deftstream.schemas.Topics;
import org.deftstream.service.ledger.FencingProbe;
import org.deftstream.service.ledger.LedgerResources;
import org.deftstream.service.ledger.LogStartOffsets;
import org.deftstream.service.ledger.SkippedOffsets;
import org.deftstream.service.ledger.SourceReader;

/**
 * The collaborators of the topology. Immutable; what it refers to is thread-safe and owned by
 * whoever made it.
 *
 * @param topics topic names
 * @param source identity of the topic of measurements (Kafka's topic id), so that offsets of a
 *     topic made anew are not mistaken for older ones
 * @param owner identity of this process, drawn at random when it starts, and another one after each
 *     stream thread that failed: what such a thread left counts as taken over
 * @param probes sends probes
 * @param readers reads measurements again
 * @param logStart asks where the log of measurements begins
 * @param skipped offsets that an operator had passed over
 * @param history what is known of earlier topics of the measurements
 * @param resources work, bounds, settings and counts, shared by all tasks
 * @param limits the largest records that can be published, as last learned
 * @param listener told of dead letters
 */
public record LedgerProcessorSettings(
    Topics topics,
    UUID source,
    LongSupplier owner,
    FencingProbe probes,
    SourceReader.Factory readers,
    LogStartOffsets logStart,
    SkippedOffsets skipped,
    SourceHistory history,
    LedgerResources resources,
    Supplier<OutputLimits> limits,
    ReconstructionListener listener) {

  /** Name of the source topic. */
  String measurements() {
    return topics.measurements();
  }
}
