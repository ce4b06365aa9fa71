package org.deftstream.trainer.serve;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.pairs.TaskCatalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of the models directory, and those that control records define; a definition wins. The
 * control records are read again every few seconds. Thread-safe.
 */
final class InstalledTasks implements TaskCatalog {
  private static final Logger LOG = LoggerFactory.getLogger(InstalledTasks.class);

  /** Longest text of others in a line of the log. */
  private static final int LONGEST = 300;

  private final ModelFiles files;
  private final Supplier<Map<String, AdapterControl>> control;
  private final long again;
  private final Map<String, Task> known = new HashMap<>();
  private Map<String, String> definitions = Map.of();
  private final Set<String> changed = new HashSet<>();
  private Set<String> withoutAdapter = Set.of();
  private long read;
  private boolean everRead;

  /**
   * Tasks.
   *
   * @param control reads the control records, by task
   * @param again shortest time between two readings
   */
  InstalledTasks(ModelFiles files, Supplier<Map<String, AdapterControl>> control, Duration again) {
    this.files = files;
    this.control = control;
    this.again = again.toNanos();
  }

  @Override
  public synchronized Optional<Task> find(String name) {
    if (!known.containsKey(name)) {
      readDefinitions();
    }
    if (!known.containsKey(name) && isName(name) && files.hasTask(name)) {
      known.put(name, file(name));
    }
    return Optional.ofNullable(known.get(name));
  }

  /** A file that is wrong is no reason to read no pairs of other tasks. */
  private Task file(String name) {
    try {
      return files.task(name);
    } catch (UserError e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** A name becomes a file's, and comes from a record. */
  private static boolean isName(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");
  }

  @Override
  public synchronized Set<String> renew() {
    readDefinitions();
    var renewed = Set.copyOf(changed);
    changed.clear();
    return renewed;
  }

  private void readDefinitions() {
    if (everRead && System.nanoTime() - read < again) {
      return;
    }
    var now = new HashMap<String, String>();
    var bare = new HashSet<String>();
    control
        .get()
        .forEach(
            (name, state) -> {
              if (state.getDefinition() != null) {
                now.put(name, state.getDefinition());
                if (ControlChanges.known(state).isEmpty()) {
                  bare.add(name);
                }
              }
            });
    for (var each : now.entrySet()) {
      if (!each.getValue().equals(definitions.get(each.getKey()))) {
        define(each.getKey(), each.getValue());
      }
    }
    for (String name : definitions.keySet()) {
      if (!now.containsKey(name) && known.remove(name) != null) {
        changed.add(name);
      }
    }
    definitions = now;
    withoutAdapter = Set.copyOf(bare);
    read = System.nanoTime();
    everRead = true;
  }

  /** One that is wrong changes nothing, as in the service. */
  private void define(String name, String json) {
    try {
      var task = files.parse(json);
      if (!task.name().equals(name)) {
        LOG.warn(
            "the definition of task {} is that of task {}; passed over",
            PrintableText.line(name, LONGEST),
            PrintableText.line(task.name(), LONGEST));
      } else if (known.put(name, task) != null) {
        changed.add(name);
      }
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // Whoever may write definitions must not be able to end every trainer with one.
      LOG.warn(
          "the definition of task {} is passed over: {}",
          PrintableText.line(name, LONGEST),
          PrintableText.line(e.getMessage() == null ? e.toString() : e.getMessage(), LONGEST));
    }
  }

  /** Those whose definition can be used. */
  @Override
  public synchronized Set<String> withoutAdapter() {
    return withoutAdapter.stream().filter(known::containsKey).collect(Collectors.toSet());
  }

  @Override
  public synchronized Set<String> names() {
    return new TreeSet<>(known.keySet());
  }
}
