package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;
import org.deftstream.deft.text.Nearest;

/**
 * What is compared: tasks, images, seeds, and the tuned methods of each task. Immutable.
 *
 * @param name short name, part of file names: letters, digits, dots, dashes and underscores
 * @param title heading of the report
 * @param about a paragraph for the report, may be empty
 * @param batch largest batch of the prior, the same for every method
 * @param sources where images and adapters are, by name; a relative path is looked up in the
 *     working directory, then in the program's own
 * @param tasks at least one
 */
public record Plan(
    String name,
    String title,
    String about,
    int batch,
    Map<String, String> sources,
    List<PlannedTask> tasks) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final Pattern IN_SOURCE = Pattern.compile("([A-Za-z0-9._-]+):(.+)");
  private static final int LARGEST_BATCH = 4096;

  public Plan {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "plan: name '" + name + "' must be letters, digits, '.', '-' and '_'");
    }
    sources = Map.copyOf(sources);
    tasks = List.copyOf(tasks);
    for (var task : tasks) {
      if (!sources.containsKey(task.source())) {
        throw new IllegalArgumentException(
            "plan '"
                + name
                + "', task '"
                + task.task()
                + "': images source '"
                + task.source()
                + "' is not among the plan's sources"
                + Nearest.hint(task.source(), sources.keySet()));
      }
      for (var method : task.methods()) {
        if (method.adapter().isPresent()) {
          place(name, sources, method.adapter().get());
        }
      }
    }
  }

  /** Where the directory of an adapter is: {@code NAME:PATH} lies in the source of that name. */
  String place(String adapter) {
    return place(name, sources, adapter);
  }

  private static String place(String plan, Map<String, String> sources, String adapter) {
    var inSource = IN_SOURCE.matcher(adapter);
    if (!inSource.matches()) {
      return adapter;
    }
    String source = inSource.group(1);
    if (!sources.containsKey(source)) {
      throw new IllegalArgumentException(
          "plan '"
              + plan
              + "', adapter '"
              + adapter
              + "': '"
              + source
              + "' is not among the plan's sources"
              + Nearest.hint(source, sources.keySet()));
    }
    return sources.get(source) + "/" + inSource.group(2);
  }

  /**
   * Reads a plan from the text of a JSON object.
   *
   * @throws IllegalArgumentException one line that says what is wrong, and where
   */
  public static Plan parse(String json) {
    var root = JsonText.parse(json, "plan");
    String name = JsonFields.of(root, "plan").text("name");
    var fields = JsonFields.of(root, "plan '" + name + "'");
    fields.text("name");
    String title = fields.text("title", name);
    String about = fields.text("about", "");
    int batch = fields.integer("batch", 1, LARGEST_BATCH, 16);
    var given = fields.object("sources");
    var sources = new LinkedHashMap<String, String>();
    given.json().fieldNames().forEachRemaining(key -> sources.put(key, given.text(key)));
    var tasks = new ArrayList<PlannedTask>();
    for (var node : array(fields, "tasks")) {
      tasks.add(PlannedTask.fromJson(node, fields.where() + ", task " + (tasks.size() + 1)));
    }
    fields.refuseUnknown();
    return new Plan(name, title, about, batch, sources, tasks);
  }

  /** Writes what {@link #parse} reads. */
  public ObjectNode toJson() {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", name)
            .put("title", title)
            .put("about", about)
            .put("batch", batch);
    var written = json.putObject("sources");
    new TreeMap<>(sources).forEach(written::put);
    var list = json.putArray("tasks");
    tasks.forEach(task -> list.add(task.toJson()));
    return json;
  }

  /**
   * The plan with other places of its images.
   *
   * @throws IllegalArgumentException for a name that is not among its sources
   */
  public Plan withSources(Map<String, String> given) {
    var all = new LinkedHashMap<>(sources);
    for (var entry : given.entrySet()) {
      if (!all.containsKey(entry.getKey())) {
        throw new IllegalArgumentException(
            "plan '"
                + name
                + "' has no source '"
                + entry.getKey()
                + "'"
                + Nearest.hint(entry.getKey(), all.keySet()));
      }
      all.put(entry.getKey(), entry.getValue());
    }
    return new Plan(name, title, about, batch, all, tasks);
  }

  /**
   * A small version that ends soon, to see that everything is there: the figures mean nothing.
   *
   * @param images at most so many for each task
   * @param taskOf the tasks by name
   */
  public Plan smoke(int images, int steps, int samples, Function<String, Task> taskOf) {
    var small =
        tasks.stream()
            .map(
                t ->
                    new PlannedTask(
                        t.task(),
                        t.mismatch(),
                        t.source(),
                        t.images().limited(images),
                        t.calibration().map(c -> c.limited(images)),
                        t.seeds().subList(0, 1),
                        t.features(),
                        t.reference(),
                        t.methods().stream()
                            .map(m -> m.limited(taskOf.apply(t.task()), steps, samples))
                            .toList()))
            .toList();
    return new Plan(name, title + " (smoke test)", about, batch, sources, small);
  }

  /** The elements of a required array that is not empty. */
  static JsonNode array(JsonFields fields, String name) {
    return array(fields.node(name), fields.where(), name);
  }

  static JsonNode array(JsonNode node, String where, String name) {
    if (!node.isArray() || node.isEmpty()) {
      throw new IllegalArgumentException(
          where + ": " + name + " must be an array that is not empty");
    }
    return node;
  }
}
