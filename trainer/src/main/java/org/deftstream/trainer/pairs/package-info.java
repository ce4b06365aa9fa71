/**
 * Labelled pairs on their way from the topic to a training: checked, split for good into training
 * and validation, kept on disk up to a bound, and frozen for each refresh. Free of Kafka's clients
 * but for {@link org.deftstream.trainer.pairs.PairReader}.
 */
package org.deftstream.trainer.pairs;
