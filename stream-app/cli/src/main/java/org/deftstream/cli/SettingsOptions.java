package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.deftstream.messaging.config.ServiceSettings;
import picocli.CommandLine.Option;

/** The options of every command that reads the service's settings. */
@OptionHeading("Settings")
final class SettingsOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file with settings (docs/configuration.md lists them).")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting; wins over the environment (DEFTSTREAM_...) and the file.")
  private List<String> flags = new ArrayList<>();

  /** The settings of this run. */
  ServiceSettings read() {
    var from = Optional.ofNullable(file);
    if (ServiceSettings.askForJson(from, System.getenv(), flags)) {
      Verbosity.json();
    }
    return ServiceSettings.load(from, System.getenv(), flags);
  }

  /** The settings of a command that connects to nothing: the addresses may be left out. */
  ServiceSettings readWithoutKafka() {
    var environment = new HashMap<>(System.getenv());
    environment.putIfAbsent("DEFTSTREAM_BOOTSTRAP_SERVERS", "nowhere:0");
    environment.putIfAbsent("DEFTSTREAM_SCHEMA_REGISTRY_URL", "http://nowhere");
    return ServiceSettings.load(Optional.ofNullable(file), environment, flags);
  }
}
