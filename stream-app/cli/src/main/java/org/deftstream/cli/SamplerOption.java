package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.JsonText;
import picocli.CommandLine.Option;

/** How an adapter is sampled, as JSON or in a file of it. */
public final class SamplerOption {

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
      var parsed = JsonText.parse(json, "--sampler");
      return Optional.of(SamplerSettings.fromJson(parsed, "--sampler"));
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
