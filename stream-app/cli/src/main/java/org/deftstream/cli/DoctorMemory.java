package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.service.HeapBounds;
import org.deftstream.service.ServiceOptions;

/** Whether heap and memory are enough for what the settings allow. Stateless. */
final class DoctorMemory {
  private static final double GIB = 1L << 30;

  /** Libraries of TensorFlow that are mapped, and the arrays of a step of the shipped priors. */
  private static final long NATIVE = 1L << 30;

  private DoctorMemory() {}

  static void look(DoctorFindings findings, ServiceSettings settings) {
    long heap = Runtime.getRuntime().maxMemory();
    HeapBounds.of(ServiceOptions.of(settings))
        .line()
        .ifPresentOrElse(
            line -> findings.wrong("heap", line),
            () ->
                findings.good(
                    "heap", "%.2f GiB at most, enough for the settings".formatted(heap / GIB)));
    var available = meminfo("MemAvailable:");
    var resident = status("VmRSS:");
    if (available.isEmpty() || resident.isEmpty()) {
      findings.note("memory", "this system does not tell");
      return;
    }
    long needed = heap + NATIVE;
    long free = available.getAsLong() + resident.getAsLong();
    String found =
        "%.2f GiB free for this process, %.2f of them taken; a full heap and TensorFlow's libraries need about %.2f"
            .formatted(free / GIB, resident.getAsLong() / GIB, needed / GIB);
    if (needed <= free) {
      findings.good("memory", found);
    } else {
      findings.wrong("memory", found);
    }
  }

  private static OptionalLong meminfo(String field) {
    return field(Path.of("/proc/meminfo"), field);
  }

  private static OptionalLong status(String field) {
    return field(Path.of("/proc/self/status"), field);
  }

  /** Bytes of available memory; empty where the system does not tell. */
  static OptionalLong available() {
    return meminfo("MemAvailable:");
  }

  private static OptionalLong field(Path file, String field) {
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
