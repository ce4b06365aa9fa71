package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.tests.platform.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** There is a manual page of every command, and man reads it. */
class ManCommandTest {
  @TempDir Path directory;

  private Path write() {
    var man1 = directory.resolve("man1");
    var out = new StringWriter();
    int exitCode =
        Deftstream.commandLine("man")
            .setOut(new PrintWriter(out, true))
            .execute("man", "--out", man1.toString());
    assertThat(exitCode).isZero();
    assertThat(out.toString()).contains(" pages in " + man1);
    return man1;
  }

  @Test
  void shouldWriteAPageOfEveryCommandWithAllItsOptions() throws IOException {
    var man1 = write();
    for (var line : HelpTest.commands().toList()) {
      var spec = line.getCommandSpec();
      var page = Files.readString(man1.resolve(spec.qualifiedName("-") + ".1"));
      assertThat(page).startsWith(".TH \"").contains(".SH \"NAME\"", ".SH \"SYNOPSIS\"");
      for (var option : spec.options()) {
        assertThat(page.replace("\\-", "-"))
            .as(spec.qualifiedName())
            .containsPattern("(?m)^\\.B .*" + option.longestName() + "\\b");
      }
      if (line.getSubcommands().isEmpty()) {
        assertThat(page).contains(".SH \"EXAMPLES\"", ".SH \"EXIT STATUS\"");
      }
    }
    assertThat(Files.readString(man1.resolve("deftstream-train.1")))
        .contains(".SH \"OPTIONS: IMAGES\"");
  }

  @Test
  void shouldBeReadByManWithoutAWarning() throws IOException {
    if (!Shell.has("man")) {
      var line = "man is not installed: the manual pages are NOT rendered";
      System.out.println(line);
      Assumptions.abort(line);
    }
    var line = new ArrayList<>(List.of("man", "--warnings", "-P", "cat", "-l"));
    try (var pages = Files.list(write())) {
      pages.sorted().forEach(page -> line.add(page.toString()));
    }
    var environment = Map.of("MANWIDTH", "80", "LC_ALL", "C.UTF-8", "MAN_KEEP_FORMATTING", "");
    var text =
        Shell.run(
            directory, directory.resolve("man.log"), environment, line.toArray(String[]::new));
    assertThat(text)
        .doesNotContain("warning", "<standard input>")
        .contains("deftstream adapters push", "EXIT STATUS", "--sign-key=FILE", "SEE ALSO");
  }
}
