package org.deftstream.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream man}: the manual pages of all commands. */
@Command(
    name = "man",
    description = "Write the manual pages of all commands.",
    footer = {
      "",
      "Example: deftstream man --out share/man/man1",
      "Exit codes: 0 written, 1 the directory cannot be written, 2 wrong usage."
    })
final class ManCommand implements Callable<Integer> {
  static final String NAME = "man";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "Where they go: man1 in a directory of MANPATH. Pages that are there are replaced.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    int written;
    try {
      Files.createDirectories(out);
      written = write(spec.root().commandLine(), version());
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + FileProblem.reason(e), e);
    }
    var printed = spec.commandLine().getOut();
    printed.printf("%d pages in %s; man -l %s%n", written, out, out.resolve("deftstream.1"));
    printed.flush();
    return 0;
  }

  private String version() {
    return new Deftstream.Version().getVersion()[0].replaceFirst("^deftstream ", "");
  }

  private int write(CommandLine line, String version) throws IOException {
    var page = ManPage.of(line, version).getBytes(StandardCharsets.UTF_8);
    AtomicFiles.write(out.resolve(ManPage.fileName(line.getCommandSpec())), page);
    int written = 1;
    for (var each : line.getSubcommands().values()) {
      written += write(each, version);
    }
    return written;
  }
}
