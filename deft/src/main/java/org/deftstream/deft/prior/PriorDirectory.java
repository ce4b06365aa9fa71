package org.deftstream.deft.prior;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.CanonicalJson;

/**
 * A prior on disk, in the layout of diffusers: {@code unet/config.json}, {@code
 * unet/diffusion_pytorch_model.safetensors}, {@code scheduler/scheduler_config.json}, and {@code
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
  private static final String UNET = "unet/config.json";
  private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";
  private static final String SCHEDULER = "scheduler/scheduler_config.json";
  private static final String ABOUT = "deftstream.json";

  /**
   * Reads everything but the weights' values.
   *
   * @throws UserError if a file is missing or not understood; one line that names it
   */
  public static PriorDirectory open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new UserError("no prior at " + path + ": no such directory");
    }
    try {
      var unet = NetworkConfig.parse(read(path, UNET));
      var scheduler = SchedulerConfig.parse(read(path, SCHEDULER));
      Path about = path.resolve(ABOUT);
      String fallback = path.toAbsolutePath().normalize().getFileName().toString();
      String name =
          Files.exists(about)
              ? JSON.readTree(about.toFile()).path("name").asText(fallback)
              : fallback;
      return new PriorDirectory(path, name, unet, scheduler, fingerprint(path, unet, scheduler));
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read prior " + path + ": " + e.getMessage(), e);
    }
  }

  private static JsonNode read(Path path, String file) throws IOException {
    Path source = path.resolve(file);
    if (!Files.exists(source)) {
      throw new UserError("no prior at " + path + ": " + file + " is missing");
    }
    return JSON.readTree(source.toFile());
  }

  private static String fingerprint(Path path, NetworkConfig unet, SchedulerConfig scheduler)
      throws IOException {
    Path weights = path.resolve(WEIGHTS);
    if (!Files.exists(weights)) {
      throw new UserError("no prior at " + path + ": " + WEIGHTS + " is missing");
    }
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(CanonicalJson.of(unet.identity()).getBytes(StandardCharsets.UTF_8));
      digest.update(CanonicalJson.of(scheduler.toJson()).getBytes(StandardCharsets.UTF_8));
      try (var in = new DigestInputStream(Files.newInputStream(weights), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
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
    try {
      return Files.exists(path.resolve(ABOUT)) ? read(path, ABOUT) : JSON.createObjectNode();
    } catch (IOException e) {
      throw new UserError("cannot read prior " + path + ": " + e.getMessage(), e);
    }
  }

  /** Reads the weights, by their diffusers names. */
  public Map<String, FloatTensor> weights() {
    return Safetensors.read(path.resolve(WEIGHTS)).tensors();
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
      Map<String, FloatTensor> weights,
      Safetensors.Storage storage,
      ObjectNode about) {
    try {
      var pretty = JSON.writerWithDefaultPrettyPrinter();
      Safetensors.write(path.resolve(WEIGHTS), weights, storage, Map.of("format", "pt"));
      AtomicFiles.write(path.resolve(UNET), pretty.writeValueAsString(unet.toJson()) + "\n");
      AtomicFiles.write(
          path.resolve(SCHEDULER), pretty.writeValueAsString(scheduler.toJson()) + "\n");
      AtomicFiles.write(path.resolve(ABOUT), pretty.writeValueAsString(about) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot write prior " + path + ": " + e.getMessage(), e);
    }
    return open(path);
  }
}
