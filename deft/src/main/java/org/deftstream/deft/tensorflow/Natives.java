package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.deftstream.deft.UserError;

/**
 * Finds TensorFlow's native libraries on the class path and unpacks them once into a cache
 * directory, so that DJL loads them from there and never downloads anything.
 */
final class Natives {
  private static final List<String> LIBRARIES =
      List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2", "libjnitensorflow.so");

  private Natives() {}

  /**
   * Makes the libraries available and points DJL at them.
   *
   * @throws UserError if this platform has none, or the cache directory cannot be written
   */
  static void prepare() {
    System.setProperty("ai.djl.offline", "true");
    if (System.getProperty("TENSORFLOW_LIBRARY_PATH") != null
        || System.getenv("TENSORFLOW_LIBRARY_PATH") != null) {
      return;
    }
    String platform = carried(platform());
    String root = root(platform);
    for (String library : LIBRARIES) {
      if (Natives.class.getResource(root + library) == null) {
        throw new UserError(
            "no TensorFlow libraries for "
                + platform
                + " on the class path; build with"
                + " -Dtensorflow.native.classifier="
                + platform
                + " or set TENSORFLOW_LIBRARY_PATH to a directory that has them");
      }
    }
    Path directory = cache().resolve("tensorflow-" + version() + "-" + platform);
    try {
      unpack(root, directory);
    } catch (IOException e) {
      throw new UserError(
          "cannot unpack TensorFlow's libraries (630 MB) into "
              + directory
              + ": "
              + e.getMessage()
              + "; set DEFTSTREAM_CACHE to a directory with room",
          e);
    }
    System.setProperty("TENSORFLOW_LIBRARY_PATH", directory.toString());
  }

  private static String root(String platform) {
    return "/org/tensorflow/internal/c_api/" + platform + "/";
  }

  /** The libraries for GPUs lie in their jar under a name of their own. */
  private static String carried(String platform) {
    String gpu = platform + "-gpu";
    boolean there = Natives.class.getResource(root(gpu) + LIBRARIES.get(0)) != null;
    return there ? gpu : platform;
  }

  private static void unpack(String root, Path directory) throws IOException {
    Files.createDirectories(directory);
    // Several processes may start at once: one unpacks, the others wait for the lock.
    try (var channel =
            FileChannel.open(
                directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      for (String library : LIBRARIES) {
        Path target = directory.resolve(library);
        if (!lock.isValid() || Files.exists(target)) {
          continue;
        }
        Path part = directory.resolve(library + ".part");
        try (InputStream in = Natives.class.getResourceAsStream(root + library)) {
          Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  static Path cache() {
    String chosen = System.getenv("DEFTSTREAM_CACHE");
    return chosen != null
        ? Path.of(chosen)
        : Path.of(System.getProperty("user.home"), ".cache", "deftstream");
  }

  /** The version of the jar that carries the libraries, so that an upgrade unpacks its own. */
  private static String version() {
    String properties = "/META-INF/maven/org.tensorflow/tensorflow-core-native/pom.properties";
    try (InputStream in = Natives.class.getResourceAsStream(properties)) {
      if (in == null) {
        return "unversioned";
      }
      var p = new java.util.Properties();
      p.load(in);
      return p.getProperty("version", "unversioned");
    } catch (IOException e) {
      return "unversioned";
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "macosx" : os.contains("win") ? "windows" : "linux";
    String machine =
        switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> arch;
        };
    return system + "-" + machine;
  }
}
