package org.deftstream.devstack.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which record is sent next. A first pass sends every subject once, for the training-free method.
 * Then the adapters are published, and a second pass goes on without a pause: a subject that is
 * still answered training-free is sent once more at the end, until the adapter has answered each.
 * Hostile records are strewn evenly over both passes. Not thread-safe.
 */
final class Feed {
  /** One record to send: a subject, or a hostile record. */
  record Item(String key, Subject subject, HostileRecord hostile, boolean secondPass) {}

  private final Deque<Item> firstPass = new ArrayDeque<>();
  private final Deque<Item> secondPass = new ArrayDeque<>();
  private final Set<Subject> unansweredFree = new HashSet<>();
  private final Set<Subject> unansweredLearned = new HashSet<>();
  private final int subjects;

  /**
   * Plans both passes.
   *
   * @param tasks the subjects of each task; the tasks are mixed in proportion to their numbers
   * @param hostile half of them goes into each pass
   */
  Feed(List<List<Subject>> tasks, List<HostileRecord> hostile) {
    var mixed = mix(tasks);
    subjects = mixed.size();
    unansweredFree.addAll(mixed);
    unansweredLearned.addAll(mixed);
    int half = hostile.size() / 2;
    strew(firstPass, mixed, hostile.subList(0, half), false);
    strew(secondPass, mixed, hostile.subList(half, hostile.size()), true);
  }

  /** The next record, if there is one to send now. */
  Optional<Item> next() {
    return Optional.ofNullable(firstPass.isEmpty() ? secondPass.poll() : firstPass.poll());
  }

  /**
   * Takes note of an answer.
   *
   * @param learned whether the learned adapter gave it
   */
  void answered(Item item, boolean learned) {
    unansweredFree.remove(item.subject());
    if (learned) {
      unansweredLearned.remove(item.subject());
    } else if (item.secondPass() && unansweredLearned.contains(item.subject())) {
      secondPass.add(item(item.subject(), attempt(item) + 1));
    }
  }

  /** Takes a subject out: it came back as a dead letter. */
  void drop(Item item) {
    unansweredFree.remove(item.subject());
    unansweredLearned.remove(item.subject());
  }

  /** How many subjects still wait for their training-free answer. */
  int openInFirstPass() {
    return unansweredFree.size();
  }

  /** Whether every record of the first pass was handed out. */
  boolean firstPassSent() {
    return firstPass.isEmpty();
  }

  /** Whether each subject has both answers and nothing is left to send. */
  boolean finished() {
    return firstPass.isEmpty() && secondPass.isEmpty() && unansweredLearned.isEmpty();
  }

  /** Answers that have come, of those that are wanted: two for each subject. */
  int answersIn() {
    return 2 * subjects - unansweredFree.size() - unansweredLearned.size();
  }

  /** Answers that are wanted: two for each subject. */
  int answersWanted() {
    return 2 * subjects;
  }

  private static int attempt(Item item) {
    return Integer.parseInt(item.key().substring(item.key().lastIndexOf('.') + 1));
  }

  private static Item item(Subject subject, int attempt) {
    return new Item(subject.label() + "." + attempt, subject, null, attempt > 1);
  }

  private static void strew(
      Deque<Item> pass, List<Subject> subjects, List<HostileRecord> hostile, boolean second) {
    int sent = 0;
    for (int i = 0; i < subjects.size(); i++) {
      pass.add(item(subjects.get(i), second ? 2 : 1));
      while ((sent + 1) * subjects.size() <= (i + 1) * (hostile.size() + 1)
          && sent < hostile.size()) {
        var bad = hostile.get(sent++);
        pass.add(new Item(bad.key(), null, bad, second));
      }
    }
  }

  /** Each list is spread evenly over the whole; the longest leads. */
  private static List<Subject> mix(List<List<Subject>> tasks) {
    record Placed(double place, Subject subject) {}
    var placed = new ArrayList<Placed>();
    for (var task : tasks) {
      for (int i = 0; i < task.size(); i++) {
        placed.add(new Placed((i + 0.5) / task.size(), task.get(i)));
      }
    }
    placed.sort((a, b) -> Double.compare(a.place(), b.place()));
    return placed.stream().map(Placed::subject).toList();
  }
}
