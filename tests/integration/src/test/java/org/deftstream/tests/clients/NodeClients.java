package org.deftstream.tests.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.deftstream.tests.platform.Shell;

/** The package in JavaScript, with what it needs installed. */
final class NodeClients {
  /** Where it is. */
  static final Path DIRECTORY = Path.of("..", "..", "clients", "javascript");

  /** Many small files, on a disk that others may be busy with. */
  private static final Duration INSTALLATION = Duration.ofMinutes(8);

  private static final int OLDEST = 20;
  private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.");

  private NodeClients() {}

  /** Why it cannot run here; empty if it can. */
  static Optional<String> obstacle(Path scratch) throws IOException {
    if (!Shell.has("node") || !Shell.has("npm")) {
      return Optional.of("node or npm is not installed: the JavaScript client is NOT tested");
    }
    var version = Shell.run(DIRECTORY, scratch, Map.of(), "node", "--version").strip();
    var matcher = VERSION.matcher(version);
    if (!matcher.find() || Integer.parseInt(matcher.group(1)) < OLDEST) {
      return Optional.of(
          "Node.js "
              + OLDEST
              + " or newer is needed, found "
              + version
              + ": the JavaScript client is NOT tested");
    }
    return Optional.empty();
  }

  /** Installs the packages that the lock file names, without running any script of theirs. */
  static void install(Path scratch) throws IOException {
    var installed = DIRECTORY.resolve("node_modules/.package-lock.json");
    var wanted = DIRECTORY.resolve("package-lock.json");
    if (Files.exists(installed)
        && Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(wanted)) >= 0) {
      return;
    }
    Shell.run(
        INSTALLATION,
        DIRECTORY,
        scratch,
        Map.of(),
        "npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefer-offline");
  }
}
