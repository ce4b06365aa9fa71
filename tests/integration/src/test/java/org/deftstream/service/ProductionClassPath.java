package org.deftstream.service;

import java.io.File;
import java.util.Arrays;
import java.util.List;

/**
 * This JVM's class path without what the service must do without: trainer, command line, the
 * embedded broker and its Scala. A child that serves on it shows that none of them is needed.
 */
final class ProductionClassPath {
  private static final List<String> LEFT_OUT =
      List.of(
          "trainer",
          "cli",
          "devstack",
          "deft-evaluation",
          "evaluation",
          "kafka_2",
          "kafka-server",
          "scala");

  private ProductionClassPath() {}

  /** The path, for {@code -cp}. */
  static String current() {
    var entries = System.getProperty("java.class.path").split(File.pathSeparator);
    var kept = Arrays.stream(entries).filter(ProductionClassPath::needed).toList();
    if (kept.size() == entries.length) {
      throw new IllegalStateException("nothing was left out of " + List.of(entries));
    }
    return String.join(File.pathSeparator, kept);
  }

  private static boolean needed(String entry) {
    var path = new File(entry).getPath();
    return LEFT_OUT.stream()
        .noneMatch(
            name ->
                path.contains(File.separator + name + File.separator + "target")
                    || new File(path).getName().startsWith(name)
                    || new File(path).getName().startsWith("deftstream-" + name));
  }
}
