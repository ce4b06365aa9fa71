package org.deftstream.messaging.config;

import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Writes {@code docs/configuration.md} from the definitions. Stateless. */
final class ConfigurationPage {
  private static final String HEAD =
      """
      # Configuration

      <!-- Generated from the code. Change messaging/config/*Keys and run:
           mvn -pl stream-app/messaging -am test -Dtest=ConfigurationPageTest -Ddeftstream.docs.write=true
             -Dsurefire.failIfNoSpecifiedTests=false -->

      The service (`deftstream serve`) and the commands that talk to Kafka read their settings from
      three places; a later one wins:

      1. a properties file: `--config service.properties`;
      2. the environment: `engine.max.batch` is `DEFTSTREAM_ENGINE_MAX_BATCH`;
      3. the command line: `--set engine.max.batch=32`, as often as needed.

      A key that is not known, or a value that is out of its range, ends the program with one line
      that says what was meant. Durations are in milliseconds, sizes in bytes.
      """;

  private static final String PASS_THROUGH =
      """

      ## Settings of Kafka's own clients

      Kafka's clients and the registry's keep all their settings, under their own names, behind a
      prefix: `kafka.security.protocol=SASL_SSL`, `consumer.max.poll.records=32`,
      `registry.basic.auth.user.info=user:password`.

      | prefix | goes to |
      |---|---|
      """;

  private static final String TAIL =
      """

      The more special prefix wins over `kafka.`. Values of settings that hold passwords, tokens or
      keys are never printed. Put them into the environment or into a file that only the service can
      read rather than behind `--set`, which other users of the machine can see.

      ## Other environment variables

      | variable | what it does |
      |---|---|
      | `DEFTSTREAM_CACHE` | directory of unpacked native libraries; `~/.cache/deftstream` when not set |
      | `DEFTSTREAM_REGISTRY_HOME` | directory of the unpacked schema registry that `stack up` and the demo start |
      | `DEFTSTREAM_MAVEN_ARGS` | more arguments for the build that the `deftstream` script runs; where it is not set, those of its last build |
      | `JAVA_HOME`, `JAVA_OPTS` | the JDK of the `deftstream` script, and more flags for it (a collector named there replaces the parallel one) |
      """;

  private ConfigurationPage() {}

  /** The whole page, in Markdown. */
  static String render() {
    var page = new StringBuilder(HEAD);
    var definition = SettingsCheck.definition();
    for (var group : definition.groups()) {
      page.append("\n## ").append(group).append("\n\n");
      page.append("| setting | default | takes | what it does |\n|---|---|---|---|\n");
      keys(definition, group).forEach(key -> page.append(row(key)));
    }
    page.append(PASS_THROUGH);
    for (var group : PassThrough.values()) {
      page.append("| `%s` | %s |\n".formatted(group.prefix(), group.purpose()));
    }
    return page.append(TAIL).toString();
  }

  private static List<ConfigKey> keys(ConfigDef definition, String group) {
    return definition.configKeys().values().stream()
        .filter(key -> group.equals(key.group))
        .sorted(Comparator.comparingInt(key -> key.orderInGroup))
        .toList();
  }

  private static String row(ConfigKey key) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(key.name, defaultOf(key), range(key), key.documentation);
  }

  private static String defaultOf(ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    }
    return "".equals(key.defaultValue) || key.type == ConfigDef.Type.PASSWORD
        ? "empty"
        : "`" + key.defaultValue + "`";
  }

  /** What a setting takes, in words. */
  static String range(ConfigKey key) {
    var type =
        switch (key.type) {
          case INT, LONG -> "a whole number";
          case DOUBLE -> "a number";
          case BOOLEAN -> "true or false";
          default -> "text";
        };
    if (key.validator instanceof ConfigDef.Range range) {
      return type + " " + bounds(range.toString());
    }
    if (key.validator instanceof ConfigDef.ValidString values) {
      return values.toString().replaceAll("[\\[\\]]", "").replace(", ", " or ");
    }
    return key.validator instanceof ConfigDef.NonEmptyString ? type + ", not empty" : type;
  }

  /** Kafka prints a range as {@code [1,...,256]} or {@code [1,...]}. */
  private static String bounds(String range) {
    var ends = range.substring(1, range.length() - 1).split(",");
    return ends.length == 3 ? "from " + ends[0] + " to " + ends[2] : "from " + ends[0];
  }
}
