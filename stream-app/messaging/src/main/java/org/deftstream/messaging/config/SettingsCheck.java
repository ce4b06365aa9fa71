package org.deftstream.messaging.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.Nearest;

/** Turns settings as they were written into values, or into an error that helps. */
final class SettingsCheck {
  private static final List<SettingGroup> GROUPS =
      List.of(
          ConnectionKeys.GROUP,
          ServiceKeys.GROUP,
          EngineKeys.GROUP,
          AdapterKeys.GROUP,
          TopicKeys.GROUP,
          TrainerKeys.GROUP);

  private SettingsCheck() {}

  /** All settings. Made anew each time because {@link ConfigDef} can be changed. */
  static ConfigDef definition() {
    var definition = new ConfigDef();
    GROUPS.forEach(group -> group.define(definition));
    return definition;
  }

  /**
   * Checks keys and values.
   *
   * @throws UserError naming key, place, value (unless it may be a secret) and what would be right
   */
  static AbstractConfig check(Map<String, RawSetting> given) {
    var definition = definition();
    Map<String, String> own = new HashMap<>();
    given.values().stream()
        .sorted(Comparator.comparing(RawSetting::key))
        .forEach(
            setting -> {
              if (definition.names().contains(setting.key())) {
                own.put(setting.key(), setting.value());
              } else {
                checkPassed(setting, definition);
              }
            });
    for (var key : new TreeSet<>(definition.names())) {
      checkValue(definition, key, given.get(key));
    }
    var values = new AbstractConfig(definition, own, false);
    GROUPS.forEach(group -> group.check(values));
    return values;
  }

  private static void checkPassed(RawSetting setting, ConfigDef definition) {
    var group = PassThrough.of(setting.key());
    if (group.isEmpty()) {
      throw new UserError(
          "unknown setting '"
              + setting.key()
              + "' "
              + setting.origin()
              + Nearest.of(setting.key(), definition.names())
                  .map(near -> "; did you mean '" + near + "'?")
                  .orElse(
                      "; settings of Kafka's clients take a prefix ("
                          + String.join(" ", PassThrough.prefixes())
                          + "), and docs/configuration.md lists the others"));
    }
    group
        .get()
        .slipOf(setting.key())
        .ifPresent(
            near -> {
              throw new UserError(
                  "unknown setting '"
                      + setting.key()
                      + "' "
                      + setting.origin()
                      + "; did you mean '"
                      + near
                      + "'?");
            });
  }

  private static void checkValue(ConfigDef definition, String key, RawSetting setting) {
    var defined = definition.configKeys().get(key);
    if (setting == null) {
      if (!defined.hasDefault()) {
        throw new UserError(
            "the setting '"
                + key
                + "' is missing: write it into the settings file, into the"
                + " environment variable "
                + SettingsSources.VARIABLE_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_')
                + " or behind --set "
                + key
                + "=...");
      }
      return;
    }
    try {
      var value = ConfigDef.parseType(key, setting.value(), defined.type);
      if (defined.validator != null) {
        defined.validator.ensureValid(key, value);
      }
    } catch (ConfigException e) {
      throw new UserError(
          "the setting '"
              + key
              + "' "
              + setting.origin()
              + " cannot be '"
              + setting.value()
              + "': it takes "
              + ConfigurationPage.range(defined),
          e);
    }
  }
}
