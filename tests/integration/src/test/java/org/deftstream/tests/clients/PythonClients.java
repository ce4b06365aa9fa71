package org.deftstream.tests.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.deftstream.tests.platform.Shell;

/** The package in Python, with Debian's Python and the packages of Debian that it needs. */
final class PythonClients {
  /** Where it is. */
  static final Path DIRECTORY = Path.of("..", "..", "clients", "python");

  /** Debian's; another one on the path need not see Debian's packages. */
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  private static final String NEEDED = "import confluent_kafka, numpy";

  private PythonClients() {}

  /** Why it cannot run here; empty if it can. */
  static Optional<String> obstacle(Path scratch) throws IOException {
    try {
      if (Files.isExecutable(PYTHON)) {
        run(scratch, Map.of(), "-c", NEEDED);
        return Optional.empty();
      }
    } catch (AssertionError e) {
      // Said below.
    }
    return Optional.of(
        PYTHON
            + " does not have python3-confluent-kafka and python3-numpy: the Python client is NOT"
            + " tested");
  }

  /** Runs Python to its end and returns what it printed; fails if its exit code is not 0. */
  static String run(Path scratch, Map<String, String> environment, String... arguments)
      throws IOException {
    var all = new HashMap<>(environment);
    all.put("PYTHONPATH", DIRECTORY.toAbsolutePath().normalize().toString());
    all.put("PYTHONDONTWRITEBYTECODE", "1");
    var line = new String[arguments.length + 1];
    line[0] = PYTHON.toString();
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    return Shell.run(DIRECTORY, scratch, all, line);
  }
}
