package org.deftstream.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.config.AdapterKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.schemas.avro.AdapterControl;

/**
 * Publishes the adapters that lie in the models directory ({@code adapters/PRIOR-NAME} for the task
 * {@code PRIOR/NAME}), for tasks of which nobody has asked for anything yet. Whatever somebody has
 * asked for stays.
 */
final class ShippedAdapters {
  private final ServiceSettings settings;

  ShippedAdapters(ServiceSettings settings) {
    this.settings = settings;
  }

  /**
   * Publishes and activates them.
   *
   * @param said told in a line of each that was published
   * @throws UserError if signatures are asked for, an adapter is damaged, or Kafka does not answer
   */
  void publish(List<Task> tasks, Consumer<String> said) {
    if (!settings.get(AdapterKeys.TRUSTED_KEYS).isEmpty()) {
      throw new UserError(
          "adapters.shipped=serve: adapters that ship are not signed, and adapter.trusted.keys asks"
              + " for signatures; push them with deftstream adapters push DIR --sign-key");
    }
    var access = ControlAccess.of(settings);
    var asked = ControlTopic.read(access).keySet();
    var publisher = new AdapterPublisher(access);
    for (var task : tasks) {
      var directory = directory(task.name());
      if (asked.contains(task.name()) || !Files.isDirectory(directory)) {
        continue;
      }
      var adapter = AdapterDirectory.read(directory);
      if (!adapter.manifest().task().equals(task.name())) {
        throw new UserError(
            "adapters.shipped=serve: %s holds an adapter of task %s, but must be of %s"
                .formatted(directory, adapter.manifest().task(), task.name()));
      }
      var id = adapter.manifest().adapterId();
      try {
        publisher.push(adapter, state -> first(state, id));
      } catch (UserError e) {
        // Of two instances that start at one time, one is fenced.
        if (!ControlTopic.read(access).containsKey(task.name())) {
          throw e;
        }
        continue;
      }
      said.accept("published as shipped: adapter " + id + " of task " + task.name());
    }
  }

  /** Another instance may have been quicker, or somebody has asked for something meanwhile. */
  private static AdapterControl first(AdapterControl state, String id) {
    boolean untouched =
        state.getStable() == null
            && state.getCanary() == null
            && state.getPrevious() == null
            && ControlChanges.known(state).keySet().equals(Set.of(id));
    return untouched ? ControlChanges.activate(state, id) : state;
  }

  private Path directory(String task) {
    return settings.modelsDirectory().resolve("adapters").resolve(task.replace('/', '-'));
  }
}
