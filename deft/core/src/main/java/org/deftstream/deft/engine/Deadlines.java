package org.deftstream.deft.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** The jobs that have a deadline, earliest first. Not thread-safe. */
final class Deadlines {
  private final TreeSet<Job> jobs =
      new TreeSet<>(
          Comparator.comparing((Job job) -> job.request().deadline())
              .thenComparing(Comparator.naturalOrder()));

  void add(Job job) {
    if (job.request().deadline() != null) {
      jobs.add(job);
    }
  }

  void remove(Job job) {
    if (job.request().deadline() != null) {
      jobs.remove(job);
    }
  }

  boolean isEmpty() {
    return jobs.isEmpty();
  }

  /** Takes out the jobs whose deadline is before now. */
  List<Job> expired(Instant now) {
    var expired = new ArrayList<Job>();
    while (!jobs.isEmpty() && jobs.first().request().deadline().isBefore(now)) {
      expired.add(jobs.pollFirst());
    }
    return expired;
  }
}
