package org.deftstream.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page of a command, in man's macros: what its help says. Stateless. */
final class ManPage {
  private static final Pattern EXAMPLE = Pattern.compile("(?:Examples?:)?\\s+(deftstream .*)");
  private static final String EXIT_CODES = "Exit codes: ";

  private ManPage() {}

  /** Name of its file: {@code deftstream-adapters-list.1}. */
  static String fileName(CommandSpec spec) {
    return pageName(spec) + ".1";
  }

  private static String pageName(CommandSpec spec) {
    return spec.qualifiedName("-");
  }

  /**
   * The page.
   *
   * @param version of the program
   */
  static String of(CommandLine line, String version) {
    var spec = line.getCommandSpec();
    var out = new StringBuilder();
    macro(out, "TH", pageName(spec).toUpperCase(Locale.ROOT), "1", "", version, "Deftstream");
    // Names of files and options are not broken.
    out.append(".nh\n.ad l\n");
    macro(out, "SH", "NAME");
    var about = spec.usageMessage().description();
    text(out, pageName(spec) + " - " + (about.length == 0 ? "" : about[0]));
    macro(out, "SH", "SYNOPSIS");
    out.append(".nf\n");
    var synopsis = new CommandLine.Help(spec, CommandLine.Help.defaultColorScheme(Ansi.OFF));
    synopsis.synopsis(0).lines().forEach(each -> text(out, each));
    out.append(".fi\n");
    if (about.length > 1) {
      macro(out, "SH", "DESCRIPTION");
      text(out, String.join(" ", Arrays.copyOfRange(about, 1, about.length)));
    }
    arguments(out, spec);
    OptionGroups.of(spec).forEach((heading, options) -> options(out, heading, options));
    commands(out, line);
    footer(out, spec.usageMessage().footer());
    seeAlso(out, line);
    return out.toString();
  }

  private static void arguments(StringBuilder out, CommandSpec spec) {
    if (!spec.positionalParameters().isEmpty()) {
      macro(out, "SH", "ARGUMENTS");
      for (var argument : spec.positionalParameters()) {
        item(out, argument.paramLabel(), argument.description());
      }
    }
  }

  private static void options(StringBuilder out, String heading, List<OptionSpec> options) {
    macro(
        out, "SH", heading.isEmpty() ? "OPTIONS" : "OPTIONS: " + heading.toUpperCase(Locale.ROOT));
    for (var option : options) {
      var names = String.join(", ", option.names());
      boolean takes = option.arity().max() > 0;
      boolean must = option.arity().min() > 0;
      String label = "=" + option.paramLabel();
      item(out, names + (takes ? must ? label : "[" + label + "]" : ""), option.description());
    }
  }

  private static void commands(StringBuilder out, CommandLine line) {
    if (!line.getSubcommands().isEmpty()) {
      macro(out, "SH", "COMMANDS");
      for (var each : line.getSubcommands().entrySet()) {
        var about = each.getValue().getCommandSpec().usageMessage().description();
        item(out, each.getKey(), about.length == 0 ? "" : about[0]);
      }
    }
  }

  private static void footer(StringBuilder out, String[] footer) {
    var examples = new ArrayList<String>();
    var codes = new ArrayList<String>();
    for (var each : String.join("\n", footer).split("\n", -1)) {
      var example = EXAMPLE.matcher(each);
      if (example.matches()) {
        examples.add(example.group(1));
      } else if (each.startsWith(EXIT_CODES)) {
        codes.add(each.substring(EXIT_CODES.length()));
      }
    }
    if (!examples.isEmpty()) {
      macro(out, "SH", "EXAMPLES");
      out.append(".nf\n");
      examples.forEach(each -> text(out, each));
      out.append(".fi\n");
    }
    if (!codes.isEmpty()) {
      macro(out, "SH", "EXIT STATUS");
      codes.forEach(each -> text(out, each));
    }
  }

  private static void seeAlso(StringBuilder out, CommandLine line) {
    var others = new ArrayList<CommandSpec>();
    var parent = line.getCommandSpec().parent();
    if (parent != null) {
      others.add(parent);
    }
    line.getSubcommands().values().forEach(each -> others.add(each.getCommandSpec()));
    if (!others.isEmpty()) {
      macro(out, "SH", "SEE ALSO");
      text(out, String.join(", ", others.stream().map(each -> pageName(each) + "(1)").toList()));
    }
  }

  private static void item(StringBuilder out, String name, String... text) {
    out.append(".TP\n.B ");
    text(out, name);
    text(out, String.join(" ", text));
  }

  private static void macro(StringBuilder out, String name, String... arguments) {
    out.append('.').append(name);
    for (var argument : arguments) {
      out.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    out.append('\n');
  }

  /** Text that is no macro, whatever it begins with. */
  private static void text(StringBuilder out, String text) {
    String line = escaped(text.replace("%n", " ").strip());
    boolean macro = line.startsWith(".") || line.startsWith("'");
    out.append(macro ? "\\&" : "").append(line).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ");
  }
}
