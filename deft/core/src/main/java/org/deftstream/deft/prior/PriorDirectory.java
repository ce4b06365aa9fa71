package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.CanonicalJson;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.text.JsonText;

/**
 * A prior on disk, in one of the layouts of diffusers ({@link PriorLayout}), and {@code
 * deftstream.json} with what diffusers has no place for. Immutable.
 *
 * @param path the directory
 * @param name the prior's name
 * @param unet the network
 * @param scheduler the noise schedule
 * @param fingerprint SHA-256 over network, schedule and weights
 */
public record PriorDirectory(
    Path path, String name, NetworkConfig unet, SchedulerConfig scheduler, String fingerprint) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ABOUT = "deftstream.json";
  private static final int MAX_NAME = 200;

  /**
   * Reads everything but the weights' values.
   *
   * @throws UserError if a file is missing or not understood; one line that names it
   */
  public static PriorDirectory open(Path path) {
    var layout = PriorLayout.of(path);
    var unet = parse(layout.network(), NetworkConfig::parse);
    var scheduler = parse(layout.scheduler(), SchedulerConfig::parse);
    return new PriorDirectory(
        path, name(path), unet, scheduler, fingerprint(layout, unet, scheduler));
  }

  private static <T> T parse(Path file, Function<JsonNode, T> parser) {
    try {
      return parser.apply(JsonText.readObject(file));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  private static String name(Path path) {
    Path about = path.resolve(ABOUT);
    String fallback = path.toAbsolutePath().normalize().getFileName().toString();
    if (!Files.exists(about)) {
      return fallback;
    }
    String name =
        parse(
            about, json -> JsonFields.of(json, "what is told of the prior").text("name", fallback));
    if (name.isBlank() || name.length() > MAX_NAME || name.matches("(?s).*\\p{Cntrl}.*")) {
      throw new UserError(
          about + ": name must have 1 to " + MAX_NAME + " characters and no control characters");
    }
    return name;
  }

  private static String fingerprint(
      PriorLayout layout, NetworkConfig unet, SchedulerConfig scheduler) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(CanonicalJson.of(unet.identity()).getBytes(StandardCharsets.UTF_8));
      digest.update(CanonicalJson.of(scheduler.toJson()).getBytes(StandardCharsets.UTF_8));
      for (Path weights : layout.weights()) {
        try (var in = new DigestInputStream(Files.newInputStream(weights), digest)) {
          in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
          throw new UserError("cannot read " + weights + ": " + FileProblem.reason(e), e);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * What its {@code deftstream.json} says; an empty object where there is none.
   *
   * @throws UserError if it cannot be read
   */
  public JsonNode about() {
    Path about = path.resolve(ABOUT);
    return Files.exists(about) ? JsonText.readObject(about) : JSON.createObjectNode();
  }

  /**
   * Opens the weights, to be read one by one; of a model of another program those of {@code
   * model.safetensors}.
   *
   * @throws UserError if a file is not sound; one line that names it
   */
  public PriorWeights openWeights() {
    var files = PriorLayout.of(path).weights();
    return PriorWeights.open(unet instanceof ModelConfig ? files.subList(1, files.size()) : files);
  }

  /**
   * The files of the weights; where the network is a {@link ModelConfig}, its model comes first.
   *
   * @throws UserError if there are none
   */
  public List<Path> weightFiles() {
    return PriorLayout.of(path).weights();
  }

  /**
   * Reads all weights, by their diffusers names.
   *
   * @throws UserError if a file is not sound; one line that names it
   */
  public Map<String, FloatTensor> weights() {
    try (var open = openWeights()) {
      var weights = new LinkedHashMap<String, FloatTensor>();
      open.tensors().forEach((name, tensor) -> weights.put(name, tensor.read()));
      return weights;
    } catch (UncheckedIOException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  /**
   * How images are cut into rows: {@code tiling} of {@code deftstream.json}, or what suits the
   * network where it says nothing: networks of any size see an image as it is.
   *
   * @throws UserError if it is not understood, or does not suit the network
   */
  public Tiling tiling() {
    var json = about().path("tiling");
    String kind = json.path("type").asText(unet.anySize() ? "direct" : "whole");
    return switch (kind) {
      case "whole" -> new Tiling.Whole();
      case "direct" -> {
        if (!unet.anySize()) {
          throw new UserError(
              "prior "
                  + path
                  + ": tiling direct needs a network of any size; understood for this one: whole,"
                  + " patches");
        }
        yield new Tiling.Direct(unet.multiple());
      }
      case "patches" -> patches(json.path("overlap"));
      default ->
          throw new UserError(
              "prior "
                  + path
                  + ": tiling type is "
                  + kind
                  + "; understood: whole, direct, patches");
    };
  }

  private Tiling patches(JsonNode overlap) {
    int preset = Math.min(imageShape().height(), imageShape().width()) / 8;
    int pixels = overlap.isMissingNode() ? preset : overlap.asInt(-1);
    if (pixels < 0 || pixels >= Math.min(imageShape().height(), imageShape().width())) {
      throw new UserError(
          "prior "
              + path
              + ": tiling overlap is "
              + overlap
              + "; it must be from 0 to less than a side of "
              + imageShape());
    }
    return new Tiling.Patches(pixels);
  }

  /**
   * Checks that the network can be told the noise of the schedule, before it is built or opened.
   *
   * @throws UserError if it cannot
   */
  public void requireSuitable() {
    try {
      scheduler.requireSuits(unet);
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + path + ": " + e.getMessage(), e);
    }
  }

  /** Shape of one image of the prior. */
  public ImageShape imageShape() {
    return new ImageShape(unet.sampleHeight(), unet.sampleWidth(), unet.outChannels());
  }

  /**
   * Writes a prior and opens it.
   *
   * @param about content of {@code deftstream.json}; {@code name} must be in it
   */
  public static PriorDirectory write(
      Path path,
      NetworkConfig unet,
      SchedulerConfig scheduler,
      Map<String, ? extends TensorSource> weights,
      Safetensors.Storage storage,
      ObjectNode about) {
    return write(path, unet, scheduler, weights, storage, about, true);
  }

  /**
   * As above.
   *
   * @param forced whether the weights are on the disk when this returns; if not, whoever asked
   *     forces them
   */
  public static PriorDirectory write(
      Path path,
      NetworkConfig unet,
      SchedulerConfig scheduler,
      Map<String, ? extends TensorSource> weights,
      Safetensors.Storage storage,
      ObjectNode about,
      boolean forced) {
    PriorLayout.write(path, unet, scheduler, weights, storage, forced);
    return named(path, about);
  }

  /**
   * Writes a prior whose network is a model of another program, and opens it; whoever asked forces
   * its files to the disk.
   *
   * @param files those of the model, itself first
   * @param weights what is written as {@code model.safetensors} beside it; may be empty
   * @param about content of {@code deftstream.json}; {@code name} must be in it
   */
  public static PriorDirectory write(
      Path path,
      ModelConfig network,
      SchedulerConfig scheduler,
      List<ModelFile> files,
      Map<String, ? extends TensorSource> weights,
      ObjectNode about) {
    PriorLayout.write(path, network, scheduler, files, weights);
    return named(path, about);
  }

  private static PriorDirectory named(Path path, ObjectNode about) {
    try {
      var pretty = JSON.writerWithDefaultPrettyPrinter();
      AtomicFiles.write(path.resolve(ABOUT), pretty.writeValueAsString(about) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot write prior " + path + ": " + FileProblem.of(e), e);
    }
    return open(path);
  }
}
