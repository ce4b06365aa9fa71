package org.deftstream.tests.faults;

/** What can become of the topic of measurements, under load. */
enum TopicChange {
  /** Deleted and made anew under a running service. */
  MADE_ANEW_ONLINE("made anew under a running service", true, true),
  /** The same while no instance runs. */
  MADE_ANEW_OFFLINE("made anew while no instance runs", true, false),
  /** Given more partitions under a running service, and nothing else. */
  GROWN_ONLINE("grown under a running service", false, true),
  /** The same while no instance runs. */
  GROWN_OFFLINE("grown while no instance runs", false, false);

  private final String description;
  private final boolean anew;
  private final boolean online;

  TopicChange(String description, boolean anew, boolean online) {
    this.description = description;
    this.anew = anew;
    this.online = online;
  }

  String description() {
    return description;
  }

  /** Whether it is made anew; else it grows by a partition. */
  boolean anew() {
    return anew;
  }

  /** Whether instances run meanwhile. */
  boolean online() {
    return online;
  }
}
