package org.deftstream.messaging.config;

import org.deftstream.schemas.Topics;

/** Names of the topics: {@code topic.*}. */
public final class TopicKeys {
  static final SettingGroup GROUP = new SettingGroup("Topics");

  private static final Topics NAMES = Topics.defaults();

  public static final Setting<String> MEASUREMENTS =
      GROUP.text("topic.measurements", NAMES.measurements(), "Measurements to reconstruct.");

  public static final Setting<String> DEAD_LETTERS =
      GROUP.text(
          "topic.dead.letters",
          NAMES.deadLetters(),
          "Measurements that could not be answered, as they came, with the reason in headers.");

  public static final Setting<String> RECONSTRUCTIONS =
      GROUP.text("topic.reconstructions", NAMES.reconstructions(), "Results.");

  public static final Setting<String> PROBES =
      GROUP.text(
          "topic.probes",
          NAMES.probes(),
          "Empty records by which an instance proves that it still owns a partition. As many"
              + " partitions as the measurements.");

  public static final Setting<String> LABELLED_PAIRS =
      GROUP.text(
          "topic.labelled.pairs", NAMES.labelledPairs(), "Pairs that adapters are trained on.");

  public static final Setting<String> ADAPTERS =
      GROUP.text("topic.adapters", NAMES.adapters(), "Which adapter serves which task.");

  public static final Setting<String> ADAPTER_WEIGHTS =
      GROUP.text(
          "topic.adapter.weights", NAMES.adapterWeights(), "Weights of the adapters, in chunks.");

  public static final Setting<String> ADAPTER_STATUS =
      GROUP.text("topic.adapter.status", NAMES.adapterStatus(), "What each instance has loaded.");

  private TopicKeys() {}
}
