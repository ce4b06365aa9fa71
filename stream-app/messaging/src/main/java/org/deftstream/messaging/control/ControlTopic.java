package org.deftstream.messaging.control;

import java.util.SortedMap;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterStatus;

/** Reads what is asked of every task, and what the instances have made of it. Stateless. */
public final class ControlTopic {
  private ControlTopic() {}

  /**
   * The desired state of each task that is not retired. Records that cannot be read are passed
   * over, and logged.
   *
   * @return control records by task
   * @throws org.deftstream.deft.UserError if the topic is not there or does not answer in time
   */
  public static SortedMap<String, AdapterControl> read(PublisherSettings settings) {
    return CompactedTopic.read(settings, settings.topics().adapters(), AdapterControl.class);
  }

  /**
   * The last report of each instance about each task, also of instances that have ended.
   *
   * @return reports by {@code instance/task}
   * @throws org.deftstream.deft.UserError if the topic is not there or does not answer in time
   */
  public static SortedMap<String, AdapterStatus> statuses(PublisherSettings settings) {
    return CompactedTopic.read(settings, settings.topics().adapterStatus(), AdapterStatus.class);
  }
}
