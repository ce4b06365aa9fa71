package org.deftstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.sampler.SamplerSettings;
import picocli.CommandLine.Option;

/** How an adapter is sampled, as JSON or in a file of it. */
public final class SamplerOption {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--sampler",
      paramLabel = "JSON|FILE",
      description = {
        "How it is sampled, instead of as its manifest says:",
        "{\"steps\": 3, \"noise\": \"zeta\", \"noiseLevel\": 1, \"samples\": 4}"
      })
  private String text;

  /**
   * The settings, if they were given.
   *
   * @throws UserError one line that says what is wrong with them
   */
  public Optional<SamplerSettings> settings() {
    if (text == null) {
      return Optional.empty();
    }
    String json = text.strip().startsWith("{") ? text : read(text);
    try {
      return Optional.of(SamplerSettings.fromJson(JSON.readTree(json), "--sampler"));
    } catch (JsonProcessingException e) {
      throw new UserError("--sampler is not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError("--sampler: cannot read " + file + ": " + e, e);
    }
  }
}
