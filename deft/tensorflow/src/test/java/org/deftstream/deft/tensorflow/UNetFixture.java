package org.deftstream.deft.tensorflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * A small network with random weights and what PyTorch computes for it, made by {@code
 * src/test/python/unet2d_fixtures.py}.
 */
public record UNetFixture(
    String name,
    JsonNode json,
    UNetConfig config,
    Map<String, FloatTensor> weights,
    Map<String, FloatTensor> expected) {

  /** Names of all fixtures. */
  public static List<String> names() {
    try (var folders = Files.list(root())) {
      return folders.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one fixture. */
  public static UNetFixture load(String name) {
    Path folder = root().resolve(name);
    try {
      var json = new ObjectMapper().readTree(folder.resolve("unet/config.json").toFile());
      Path weights = folder.resolve("unet/diffusion_pytorch_model.safetensors");
      return new UNetFixture(
          name,
          json,
          UNetConfig.parse(json),
          Safetensors.read(weights).tensors(),
          Safetensors.read(folder.resolve("expected.safetensors")).tensors());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    try {
      return Path.of(UNetFixture.class.getResource("/unet2d").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  float[] values(String tensor) {
    return expected.get(tensor).data();
  }

  int[] timesteps() {
    return integers(values("timesteps"));
  }

  static int[] integers(float[] values) {
    var result = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }
}
