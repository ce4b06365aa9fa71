package org.deftstream.devstack.stack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The log file of an embedded server: kept from growing without end, and quoted when it fails. */
final class ServerLog {
  private static final long MAX_BYTES = 16L << 20;
  private static final long TAIL_BYTES = 64L << 10;

  private ServerLog() {}

  /** Sets a log that has grown large aside, replacing the one set aside before. */
  static void rotate(Path log) throws IOException {
    if (Files.exists(log) && Files.size(log) > MAX_BYTES) {
      Files.move(
          log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The last error of the log and its path, as the end of a message. */
  static String tail(Path log) {
    return lines(log).stream()
            .filter(line -> line.contains(" ERROR ") || line.startsWith("Caused by"))
            .reduce((first, last) -> last)
            .map(line -> ": " + line.strip())
            .orElse("")
        + "; its log is "
        + log;
  }

  /** Whether the registry reported that it could not have its port. */
  static boolean saysPortTaken(Path log) {
    return lines(log).stream().anyMatch(line -> line.contains("seems to be in use"));
  }

  private static List<String> lines(Path log) {
    try (var channel = Files.newByteChannel(log)) {
      var size = channel.size();
      channel.position(Math.max(0, size - TAIL_BYTES));
      var buffer = ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // Until the end.
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
