package org.deftstream.devstack.stack;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * What a stack that runs says of itself, in a file of its directory, so that others find it. That
 * it runs is not said by the file, which a killed process leaves behind, but by the directory's
 * lock, which ends with the process.
 *
 * @param pid its process
 * @param bootstrapServers address of the broker
 * @param registryUrl address of the registry
 */
record RunningStack(long pid, String bootstrapServers, String registryUrl) {
  private static final String FILE = "stack.properties";
  private static final int MOST_BYTES = 4096;
  private static final String PID = "pid";
  private static final String KAFKA = "bootstrap.servers";
  private static final String REGISTRY = "schema.registry.url";

  /**
   * Writes it into the directory, whole or not at all.
   *
   * @throws UserError if it cannot be written
   */
  void write(Path directory) {
    var values = new Properties();
    values.setProperty(PID, Long.toString(pid));
    values.setProperty(KAFKA, bootstrapServers);
    values.setProperty(REGISTRY, registryUrl);
    var file = directory.resolve(FILE);
    var whole = directory.resolve(FILE + ".new");
    try {
      var text = new StringWriter();
      values.store(text, null);
      Files.writeString(whole, text.toString());
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
    }
  }

  /** Takes it away, if it is there. */
  static void remove(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(FILE));
    } catch (IOException e) {
      // The lock says that nothing runs.
    }
  }

  /**
   * Finds the stack that runs on a directory.
   *
   * @return what it says of itself; empty if none runs, or one that is not ready yet
   * @throws UserError if the file is not what a stack writes
   */
  static Optional<RunningStack> find(Path directory) {
    if (!DataDirectory.inUse(directory)) {
      return Optional.empty();
    }
    var file = directory.resolve(FILE);
    try (var in = Files.newInputStream(file)) {
      var values = new Properties();
      values.load(new StringReader(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8)));
      return Optional.of(
          new RunningStack(
              Long.parseLong(values.getProperty(PID, "")),
              values.getProperty(KAFKA, ""),
              values.getProperty(REGISTRY, "")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          file + " is not what deftstream stack up writes; end the stack's process by hand", e);
    }
  }

  /**
   * The process, if it is one of this program: a number in a file may have become another's.
   *
   * @throws UserError if it is not
   */
  ProcessHandle process(Path directory) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(each -> each.info().command().map(RunningStack::isJava).orElse(false))
        .orElseThrow(
            () ->
                new UserError(
                    "a stack runs on %s, but %s names process %d, which is none; end it by hand"
                        .formatted(directory, FILE, pid)));
  }

  private static boolean isJava(String command) {
    var name = Path.of(command).getFileName();
    return name != null && name.toString().startsWith("java");
  }
}
