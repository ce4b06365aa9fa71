package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceSettings;

/** Whether heap and memory are enough for what the settings allow. Stateless. */
final class DoctorMemory {
  private static final double GIB = 1L << 30;

  /** What a service holds besides measurements and images: classes, models, Kafka's clients. */
  private static final long BESIDES = 160L << 20;

  /** Libraries of TensorFlow that are mapped, and the arrays of a step of the shipped priors. */
  private static final long NATIVE = 1L << 30;

  private DoctorMemory() {}

  static void look(DoctorFindings findings, ServiceSettings settings) {
    long heap = Runtime.getRuntime().maxMemory();
    long asked =
        settings.get(EngineKeys.ADMISSION_BYTES) + settings.get(EngineKeys.STATE_BYTES) + BESIDES;
    String sum =
        "%.2f GiB at most; engine.admission.bytes, engine.state.bytes and the rest may ask for %.2f"
            .formatted(heap / GIB, asked / GIB);
    if (asked <= heap) {
      findings.good("heap", sum);
    } else {
      findings.wrong("heap", sum + "; give it more (JAVA_OPTS=-Xmx...) or lower these settings");
    }
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
