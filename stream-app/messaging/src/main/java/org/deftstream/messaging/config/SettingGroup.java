package org.deftstream.messaging.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * Settings that belong together, a section of {@code docs/configuration.md}, in the order in which
 * they are declared. Each method declares one: its key, the default, the range, and what it does.
 * Filled while its class is loaded and not changed afterwards.
 */
final class SettingGroup {
  private final String title;
  private final List<Definition> definitions = new ArrayList<>();
  private final List<Setting<?>> settings = new ArrayList<>();

  private record Definition(
      String key, Type type, Object absent, ConfigDef.Validator takes, String doc) {}

  SettingGroup(String title) {
    this.title = title;
  }

  /** Adds the settings to a definition. */
  void define(ConfigDef def) {
    int order = 0;
    for (var each : definitions) {
      var importance =
          each.absent == ConfigDef.NO_DEFAULT_VALUE ? Importance.HIGH : Importance.MEDIUM;
      def.define(
          each.key,
          each.type,
          each.absent,
          each.takes,
          importance,
          each.doc,
          title,
          order++,
          Width.NONE,
          each.key);
    }
  }

  /**
   * Reads every value once.
   *
   * @throws UserError one line with the setting that names no path
   */
  void check(AbstractConfig values) {
    settings.forEach(each -> each.of(values));
  }

  Setting<String> required(String key, String doc) {
    return add(
        key,
        Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        new NonEmptyString(),
        doc,
        AbstractConfig::getString);
  }

  Setting<String> text(String key, String absent, String doc) {
    return add(key, Type.STRING, absent, new NonEmptyString(), doc, AbstractConfig::getString);
  }

  Setting<String> optional(String key, String doc) {
    return add(key, Type.STRING, "", null, doc, AbstractConfig::getString);
  }

  /** A text that is never shown; none by default. */
  Setting<Optional<String>> secret(String key, String doc) {
    return add(
        key,
        Type.PASSWORD,
        "",
        null,
        doc,
        (values, name) ->
            Optional.of(values.getPassword(name).value()).filter(text -> !text.isEmpty()));
  }

  Setting<String> choice(String key, String absent, List<String> values, String doc) {
    var takes = ValidString.in(values.toArray(String[]::new));
    return add(key, Type.STRING, absent, takes, doc, AbstractConfig::getString);
  }

  /** Texts that commas separate; none by default. */
  Setting<List<String>> list(String key, String doc) {
    return add(key, Type.STRING, "", null, doc, SettingGroup::texts);
  }

  /** A file or directory, absolute. */
  Setting<Path> path(String key, String absent, String doc) {
    return add(
        key,
        Type.STRING,
        absent,
        new NonEmptyString(),
        doc,
        (values, name) -> path(name, values.getString(name)));
  }

  /** A file, if one is named. */
  Setting<Optional<Path>> file(String key, String doc) {
    return add(
        key,
        Type.STRING,
        "",
        null,
        doc,
        (values, name) ->
            Optional.of(values.getString(name))
                .filter(text -> !text.isEmpty())
                .map(text -> path(name, text)));
  }

  /** Files that commas separate; none by default. */
  Setting<List<Path>> files(String key, String doc) {
    return add(
        key,
        Type.STRING,
        "",
        null,
        doc,
        (values, name) -> texts(values, name).stream().map(text -> path(name, text)).toList());
  }

  Setting<Boolean> flag(String key, boolean absent, String doc) {
    return add(key, Type.BOOLEAN, absent, null, doc, AbstractConfig::getBoolean);
  }

  Setting<Integer> number(String key, int absent, int least, int most, String doc) {
    return add(key, Type.INT, absent, Range.between(least, most), doc, AbstractConfig::getInt);
  }

  Setting<Long> big(String key, long absent, long least, String doc) {
    return add(key, Type.LONG, absent, Range.atLeast(least), doc, AbstractConfig::getLong);
  }

  /** A number that is not negative. */
  Setting<Double> real(String key, double absent, String doc) {
    return add(key, Type.DOUBLE, absent, Range.atLeast(0), doc, AbstractConfig::getDouble);
  }

  /** A port, 0 for any free one; none (-1) by default. */
  Setting<OptionalInt> port(String key, String doc) {
    return number(key, -1, -1, 65_535, doc)
        .as(port -> port < 0 ? OptionalInt.empty() : OptionalInt.of(port));
  }

  Setting<Duration> millis(String key, int absent, int least, int most, String doc) {
    return number(key, absent, least, most, doc).as(Duration::ofMillis);
  }

  Setting<Duration> seconds(String key, int absent, int least, int most, String doc) {
    return number(key, absent, least, most, doc).as(Duration::ofSeconds);
  }

  Setting<Duration> minutes(String key, int absent, int least, int most, String doc) {
    return number(key, absent, least, most, doc).as(Duration::ofMinutes);
  }

  Setting<Duration> days(String key, int absent, int least, int most, String doc) {
    return number(key, absent, least, most, doc).as(Duration::ofDays);
  }

  private <T> Setting<T> add(
      String key,
      Type type,
      Object absent,
      ConfigDef.Validator takes,
      String doc,
      BiFunction<AbstractConfig, String, T> read) {
    definitions.add(new Definition(key, type, absent, takes, doc));
    Function<AbstractConfig, T> value = values -> read.apply(values, key);
    var setting = new Setting<>(key, value);
    settings.add(setting);
    return setting;
  }

  private static List<String> texts(AbstractConfig values, String key) {
    return Arrays.stream(values.getString(key).split(",", -1))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  static Path path(String key, String value) {
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UserError(key + ": " + FileProblem.noPath(e), e);
    }
  }
}
