package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonFields;

/**
 * One method of a plan with everything that was tuned. Immutable.
 *
 * @param label how the report calls it; unique within a task
 * @param method a name of {@link MethodTypes#names}
 * @param parameters the method's parameters by name
 * @param sampler how it is sampled; empty takes the task's own settings
 * @param adapter directory of an adapter or a regression, {@code NAME:PATH} in a source of the
 *     plan; empty unless the method needs one
 * @param restarts how often each measurement is reconstructed from fresh noise, at least 1; the
 *     result with the smallest residual counts
 */
public record PlannedMethod(
    String label,
    String method,
    Map<String, Double> parameters,
    Optional<SamplerSettings> sampler,
    Optional<String> adapter,
    int restarts) {
  private static final int MOST_RESTARTS = 1_000;

  public PlannedMethod {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads {@code {"label": "DiffPIR", "method": "diffpir", "parameters": {"lambda": 1}, "sampler":
   * {...}, "adapter": "DIR", "restarts": 4}}; all but {@code method} may be left out.
   *
   * @param where what messages call the object
   * @throws IllegalArgumentException one line that names the field that is wrong or unknown
   */
  static PlannedMethod fromJson(JsonNode json, String where) {
    var fields = JsonFields.of(json, where);
    String method = fields.choice("method", MethodTypes.names());
    var parameters = fields.numbers("parameters");
    var sampler =
        fields.has("sampler")
            ? Optional.of(SamplerSettings.fromJson(fields.node("sampler"), where + ", sampler"))
            : Optional.<SamplerSettings>empty();
    var adapter =
        fields.has("adapter") ? Optional.of(fields.text("adapter")) : Optional.<String>empty();
    var planned =
        new PlannedMethod(
            fields.text("label", method),
            method,
            parameters,
            sampler,
            adapter,
            fields.integer("restarts", 1, MOST_RESTARTS, 1));
    fields.refuseUnknown();
    return planned;
  }

  /** Writes what {@link #fromJson} reads. */
  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("label", label).put("method", method);
    if (!parameters.isEmpty()) {
      var written = json.putObject("parameters");
      new TreeMap<>(parameters).forEach(written::put);
    }
    sampler.ifPresent(s -> json.set("sampler", s.toJson()));
    adapter.ifPresent(directory -> json.put("adapter", directory));
    if (restarts > 1) {
      json.put("restarts", restarts);
    }
    return json;
  }

  /** The sampler, or what the task says for training-free methods. */
  SamplerSettings samplerOr(SamplerSettings own) {
    return sampler.orElse(own);
  }

  /** A copy that takes at most so many steps and samples, for a smoke test. */
  PlannedMethod limited(Task task, int steps, int samples) {
    var fewer = new TreeMap<>(parameters);
    for (String name : List.of("steps", "levels")) {
      fewer.computeIfPresent(name, (same, value) -> Math.min(value, steps));
    }
    var own = sampler.or(() -> ownSampler(task));
    var small =
        own.map(s -> s.withSteps(Math.min(steps, s.steps())))
            .map(s -> s.withSamples(Math.min(samples, s.samples())));
    return new PlannedMethod(label, method, fewer, small, adapter, Math.min(2, restarts));
  }

  /** What the task says about the sampler of this method, if anything. */
  private Optional<SamplerSettings> ownSampler(Task task) {
    return method.equals(AdapterType.NAME)
        ? Optional.of(task.learnedSampler())
        : Optional.of(task.trainingFree())
            .filter(own -> own.method().equals(method))
            .map(own -> own.sampler());
  }
}
