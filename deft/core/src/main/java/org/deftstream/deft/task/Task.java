package org.deftstream.deft.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.operator.Tikhonov;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;

/**
 * A named forward operator, bound to one prior. Immutable and thread-safe.
 *
 * @param name the task's name, {@code head-ct-64/ct-sparse-20}: letters, digits, dots, dashes and
 *     underscores, in parts that a slash separates
 * @param prior name of the prior
 * @param imageSize shape of the images where they are not the prior's own; else null
 * @param operator the operator, not bound to a record
 * @param trainingFree how the task is served without an adapter
 * @param learnedSampler how it is sampled with one
 */
public record Task(
    String name,
    String prior,
    ImageShape imageSize,
    ForwardOperator operator,
    MethodSettings trainingFree,
    SamplerSettings learnedSampler) {
  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]*";
  private static final Pattern NAME = Pattern.compile(PART + "(/" + PART + ")*");
  private static final int LONGEST_NAME = 256;
  private static final int MOST_PIXELS = 1 << 24;

  public Task {
    if (name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "task name of "
              + name.length()
              + " characters; at most "
              + LONGEST_NAME
              + " are accepted");
    }
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "task name '"
              + name
              + "' must be made of letters, digits, '.', '-' and '_', in parts separated by '/'");
    }
  }

  /** Whether a text can be the name of a task. */
  public static boolean isName(String text) {
    return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
  }

  /**
   * Reads a task from the text of a JSON object.
   *
   * @param shapeOfPrior shape of the images of a prior by its name; throws IllegalArgumentException
   *     for a name that it does not know
   * @throws IllegalArgumentException one line that says what is wrong, and where
   */
  public static Task parse(String json, Function<String, ImageShape> shapeOfPrior) {
    return fromJson(JsonText.parse(json, "task"), shapeOfPrior);
  }

  /**
   * Reads a task: {@code {"name": ..., "prior": ..., "operator": {"kind": ...}, "trainingFree":
   * {"method": ..., "parameters": {...}, "sampler": {...}}, "learned": {"sampler": {...}}}}. Where
   * the images are not of the prior's own size, {@code "image": {"height": ..., "width": ...}} says
   * which they are of.
   *
   * @param shapeOfPrior as in {@link #parse}
   * @throws IllegalArgumentException one line that names the field that is wrong, unknown or
   *     missing
   */
  public static Task fromJson(JsonNode json, Function<String, ImageShape> shapeOfPrior) {
    String name = JsonFields.of(json, "task").text("name");
    var fields = JsonFields.of(json, "task '" + name + "'");
    fields.text("name");
    String prior = fields.text("prior");
    var operatorSpec = fields.object("operator");
    var image = fields.optionalObject("image");
    var trainingFree =
        MethodSettings.fromJson(fields.node("trainingFree"), fields.where() + ", trainingFree");
    var learned = fields.object("learned");
    var learnedSampler =
        SamplerSettings.fromJson(learned.node("sampler"), learned.where() + ", sampler");
    learned.refuseUnknown();
    fields.refuseUnknown();
    ImageShape imageSize;
    ForwardOperator operator;
    try {
      var own = shapeOfPrior.apply(prior);
      imageSize = image.map(size -> imageSize(size, own.channels())).orElse(null);
      operator = Operators.create(operatorSpec.json(), imageSize == null ? own : imageSize);
      HTransforms.check(trainingFree.method(), operator);
      if (smoothest(trainingFree.sampler()) || smoothest(learnedSampler)) {
        Tikhonov.requireLinear(operator);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(fields.where() + ": " + e.getMessage(), e);
    }
    return new Task(name, prior, imageSize, operator, trainingFree, learnedSampler);
  }

  private static boolean smoothest(SamplerSettings sampler) {
    return sampler.init() == SamplerSettings.Init.SMOOTHEST;
  }

  private static ImageShape imageSize(JsonFields fields, int channels) {
    int height = fields.integer("height", 1, MOST_PIXELS);
    int width = fields.integer("width", 1, MOST_PIXELS);
    fields.refuseUnknown();
    if ((long) height * width > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "an image of "
              + height
              + " x "
              + width
              + " has more than the "
              + MOST_PIXELS
              + " pixels that are taken");
    }
    return new ImageShape(height, width, channels);
  }

  /** Writes what {@link #fromJson} reads. */
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode().put("name", name).put("prior", prior);
    if (imageSize != null) {
      json.putObject("image").put("height", imageSize.height()).put("width", imageSize.width());
    }
    json.set("operator", operator.spec());
    json.set("trainingFree", trainingFree.toJson());
    json.putObject("learned").set("sampler", learnedSampler.toJson());
    return json;
  }

  /** The name as part of a file name: {@code head-ct-64-ct-sparse-20}. */
  public static String fileName(String taskName) {
    return taskName.replace('/', '-');
  }
}
