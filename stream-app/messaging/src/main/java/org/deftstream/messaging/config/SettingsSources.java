package org.deftstream.messaging.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.deftstream.deft.UserError;

/** Reads settings where they are written; a later source wins over an earlier one. */
final class SettingsSources {
  /** What settings are called in the environment. */
  static final String VARIABLE_PREFIX = "DEFTSTREAM_";

  /** Variables that other parts of the program read and that are no settings of the service. */
  static final Set<String> OTHER_VARIABLES =
      Set.of("DEFTSTREAM_CACHE", "DEFTSTREAM_REGISTRY_HOME", "DEFTSTREAM_MAVEN_ARGS");

  private SettingsSources() {}

  /**
   * All settings by key: those of the file, then of the environment, then of the flags.
   *
   * @throws UserError when the file cannot be read or a flag is not {@code key=value}
   */
  static Map<String, RawSetting> read(
      Optional<Path> file, Map<String, String> environment, List<String> flags) {
    Map<String, RawSetting> settings = new HashMap<>();
    file.ifPresent(path -> readFile(path, settings));
    readEnvironment(environment, settings);
    flags.forEach(flag -> readFlag(flag, settings));
    return settings;
  }

  private static void readFile(Path path, Map<String, RawSetting> settings) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(SettingsFile.read(path)));
    } catch (IllegalArgumentException | IOException e) {
      throw new UserError(
          "the settings file " + path + " is not a properties file: " + e.getMessage(), e);
    }
    for (var key : properties.stringPropertyNames()) {
      put(new RawSetting(key, properties.getProperty(key), "in " + path), settings);
    }
  }

  private static void readEnvironment(
      Map<String, String> environment, Map<String, RawSetting> settings) {
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(VARIABLE_PREFIX) && !OTHER_VARIABLES.contains(name)) {
            var key =
                name.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
            put(new RawSetting(key, value, "in the environment variable " + name), settings);
          }
        });
  }

  private static void readFlag(String flag, Map<String, RawSetting> settings) {
    int equals = flag.indexOf('=');
    if (equals < 1) {
      throw new UserError("--set takes key=value, got '" + flag + "'");
    }
    put(
        new RawSetting(flag.substring(0, equals).strip(), flag.substring(equals + 1), "in --set"),
        settings);
  }

  private static void put(RawSetting setting, Map<String, RawSetting> settings) {
    // Blanks at the end of a line of a file are invisible, and never meant.
    settings.put(
        setting.key(), new RawSetting(setting.key(), setting.value().strip(), setting.origin()));
  }
}
