package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What this process took, for the last line of a long command. */
final class ProcessUse {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private ProcessUse() {}

  /**
   * Seconds since a moment of {@link System#nanoTime}, seconds that processors worked for the
   * process, and the most memory that it held, where the system tells them.
   */
  static String since(long began) {
    String worked =
        ProcessHandle.current()
            .info()
            .totalCpuDuration()
            .map(d -> String.format(Locale.ROOT, " (%.0f s of processors)", d.toMillis() / 1e3))
            .orElse("");
    String time =
        String.format(Locale.ROOT, "in %.0f s%s", (System.nanoTime() - began) / 1e9, worked);
    long peak = peakKilobytes();
    return peak == 0
        ? time
        : String.format(Locale.ROOT, "%s, at most %.2f GB of memory", time, peak * 1024 / 1e9);
  }

  private static long peakKilobytes() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
