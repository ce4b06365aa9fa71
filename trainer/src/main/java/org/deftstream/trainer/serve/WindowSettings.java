package org.deftstream.trainer.serve;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What the trainer keeps of the topic. Immutable.
 *
 * @param directory of the trainer: one directory for each task
 * @param capacity most pairs for each task, at least 1
 * @param age oldest pair that is kept
 * @param refreshes directories of refreshes that are kept for each task, at least 1
 */
public record WindowSettings(Path directory, int capacity, Duration age, int refreshes) {}
