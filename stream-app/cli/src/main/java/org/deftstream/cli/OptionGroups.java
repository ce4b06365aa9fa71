package org.deftstream.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of a command by what they are about: the mixins that brought them. Stateless. */
final class OptionGroups {
  /** Below it a heading is more to read, not less. */
  private static final int FEWEST = 2;

  private OptionGroups() {}

  /** Has the help of a command list its options in groups, if there are several. */
  static void use(CommandSpec spec) {
    spec.usageMessage()
        .sectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroups::list);
  }

  /**
   * Groups by their headings: without one, and so first, the command's own options; last, under
   * "General" where there are groups, those that every command has.
   */
  static Map<String, List<OptionSpec>> of(CommandSpec spec) {
    var headings = new LinkedHashMap<String, Set<String>>();
    headings(spec, headings, new HashSet<>());
    var groups = new LinkedHashMap<String, List<OptionSpec>>();
    boolean several = headings.size() >= FEWEST;
    groups.put("", new ArrayList<>());
    headings.keySet().forEach(heading -> groups.put(several ? heading : "", new ArrayList<>()));
    groups.put(several ? "General" : "", new ArrayList<>());
    for (var option : spec.options()) {
      if (!option.hidden()) {
        groups.get(several ? heading(option, headings) : "").add(option);
      }
    }
    groups.values().removeIf(List::isEmpty);
    return groups;
  }

  private static String heading(OptionSpec option, Map<String, Set<String>> headings) {
    return headings.entrySet().stream()
        .filter(each -> each.getValue().contains(option.longestName()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(option.inherited() || isGeneral(option) ? "General" : "");
  }

  private static boolean isGeneral(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }

  /** Mixins of mixins first: what has a heading of its own is not listed under another. */
  private static void headings(
      CommandSpec spec, Map<String, Set<String>> headings, Set<String> taken) {
    for (var mixin : spec.mixins().values()) {
      headings(mixin, headings, taken);
      var heading = mixin.userObject().getClass().getAnnotation(OptionHeading.class);
      if (heading != null) {
        var names = mixin.options().stream().map(OptionSpec::longestName);
        headings
            .computeIfAbsent(heading.value(), any -> new HashSet<>())
            .addAll(names.filter(taken::add).collect(Collectors.toSet()));
      }
    }
  }

  private static String list(Help help) {
    var groups = of(help.commandSpec());
    if (groups.size() < 2) {
      return help.optionList();
    }
    var text = new StringBuilder();
    groups.forEach(
        (heading, options) -> {
          text.append(heading.isEmpty() ? "" : "%n%s:%n".formatted(heading));
          text.append(help.optionListExcludingGroups(options));
        });
    return text.append(help.optionListGroupSections()).toString();
  }
}
