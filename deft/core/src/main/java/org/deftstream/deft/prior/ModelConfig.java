package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.text.JsonFields;

/**
 * A network that is a model of another program, of which nothing is known but what it takes and
 * gives: an image and a number that stands for the noise, an image of the same shape. Immutable.
 *
 * @param format whose model it is
 * @param height of the images, in pixels; where it takes any, of those it is tried with
 * @param width of the images
 * @param channels of the images
 * @param anySize whether it takes images of any size
 * @param multiple what both sides must be a multiple of where it does
 * @param oneByOne whether it takes one image at a time
 * @param channelsLast whether images are height x width x channels, else channels first
 * @param sample name of the input of images
 * @param time name of the input that tells the noise
 * @param timeType its type: {@code int64}, {@code int32} or {@code float32}
 * @param timeScalar whether it is a scalar, else one value for each image
 * @param output name of the output
 */
public record ModelConfig(
    Format format,
    int height,
    int width,
    int channels,
    boolean anySize,
    int multiple,
    boolean oneByOne,
    boolean channelsLast,
    String sample,
    String time,
    String timeType,
    boolean timeScalar,
    String output)
    implements NetworkConfig {
  /** Forms of models; each has its runtime. */
  public enum Format {
    /** {@code NAME.onnx}, and files beside it that hold weights. */
    ONNX("OnnxModel", "ONNX"),
    /** {@code model.pb}, the graph, and {@code model.safetensors}, its variables. */
    SAVED_MODEL("TensorFlowGraph", "TensorFlow");

    private final String className;
    private final String program;

    Format(String className, String program) {
      this.className = className;
      this.program = program;
    }

    /** Whose it is, in words. */
    public String program() {
      return program;
    }

    /** The {@code _class_name} of its configurations. */
    String className() {
      return className;
    }

    /** The format of a {@code _class_name}; empty for networks of other kinds. */
    static Optional<Format> named(String className) {
      return Arrays.stream(values()).filter(f -> f.className.equals(className)).findFirst();
    }
  }

  private static final String WHERE = "unet config";
  private static final int MOST_PIXELS = 1 << 14;

  /** Checks the ranges. */
  public ModelConfig {
    check("height", height, MOST_PIXELS);
    check("width", width, MOST_PIXELS);
    check("channels", channels, 16);
    check("multiple", multiple, 1024);
    if (!Set.of("int64", "int32", "float32").contains(timeType)) {
      throw new IllegalArgumentException(
          WHERE + ": time_type is " + timeType + "; understood: float32, int32, int64");
    }
  }

  private static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          WHERE + ": " + name + " is " + value + "; it must be from 1 to " + most);
    }
  }

  static ModelConfig parse(JsonNode json) {
    var f = JsonFields.of(json, WHERE);
    var format = Format.named(f.text("_class_name")).orElseThrow();
    var config =
        new ModelConfig(
            format,
            f.integer("height", 1, MOST_PIXELS),
            f.integer("width", 1, MOST_PIXELS),
            f.integer("channels", 1, MOST_PIXELS),
            f.flag("any_size", false),
            f.integer("multiple", 1, MOST_PIXELS, 1),
            f.flag("one_by_one", false),
            f.flag("channels_last", false),
            f.text("sample"),
            f.text("time"),
            f.text("time_type"),
            f.flag("time_scalar", false),
            f.text("output"));
    f.refuseUnknown();
    return config;
  }

  @Override
  public int sampleHeight() {
    return height;
  }

  @Override
  public int sampleWidth() {
    return width;
  }

  @Override
  public int inChannels() {
    return channels;
  }

  @Override
  public int outChannels() {
    return channels;
  }

  @Override
  public List<Integer> blockOutChannels() {
    return List.of();
  }

  @Override
  public int layersPerBlock() {
    return 0;
  }

  @Override
  public double dropout() {
    return 0;
  }

  @Override
  public Told told() {
    return timeType.equals("float32") ? Told.NUMBER : Told.ROW;
  }

  @Override
  public ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("_class_name", format.className);
    json.put("any_size", anySize);
    json.put("channels", channels);
    json.put("channels_last", channelsLast);
    json.put("height", height);
    json.put("multiple", multiple);
    json.put("one_by_one", oneByOne);
    json.put("output", output);
    json.put("sample", sample);
    json.put("time", time);
    json.put("time_scalar", timeScalar);
    json.put("time_type", timeType);
    json.put("width", width);
    return json;
  }

  @Override
  public ObjectNode identity() {
    return toJson();
  }
}
