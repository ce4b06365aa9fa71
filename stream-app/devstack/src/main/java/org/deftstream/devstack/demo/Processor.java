package org.deftstream.devstack.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What the processor can do, as far as Linux tells. */
final class Processor {
  private static final Path INFO = Path.of("/proc/cpuinfo");
  private static final Pattern BFLOAT16 = Pattern.compile("\\b(amx_bf16|avx512_bf16)\\b");

  private Processor() {}

  /** Whether products in bfloat16 are quicker than in float32; false where that is not known. */
  static boolean multipliesInBfloat16() {
    try (var lines = Files.lines(INFO)) {
      return lines.anyMatch(line -> BFLOAT16.matcher(line).find());
    } catch (IOException e) {
      return false;
    }
  }
}
