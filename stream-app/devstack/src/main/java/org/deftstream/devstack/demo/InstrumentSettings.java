package org.deftstream.devstack.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A run on measured data.
 *
 * @param data the folder of the files
 * @param only names of the data sets that are wanted; empty for all
 * @param models directory of priors and tasks
 * @param out directory of the page, report.json and the answers
 * @param directory data of broker, registry and service; empty for a temporary one
 * @param deadline the longest that the stream may take
 */
record InstrumentSettings(
    Path data,
    List<String> only,
    Path models,
    Path out,
    Optional<Path> directory,
    Duration deadline) {}
