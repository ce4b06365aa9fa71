package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
   * Makes the libraries available and points DJL and JavaCPP at them.
   *
   * @throws UserError if this platform has none, or the cache directory cannot be written
   */
  static void prepare() {
    System.setProperty("ai.djl.offline", "true");
    String given =
        System.getProperty("TENSORFLOW_LIBRARY_PATH", System.getenv("TENSORFLOW_LIBRARY_PATH"));
    Path directory = given != null ? Path.of(given) : unpacked();
    System.setProperty("TENSORFLOW_LIBRARY_PATH", directory.toString());
    keepInside(directory);
  }

  /** JavaCPP and JNA would unpack copies of their own into the home directory, and load those. */
  private static void keepInside(Path libraries) {
    System.setProperty("org.bytedeco.javacpp.pathsfirst", "true");
    System.setProperty("org.bytedeco.javacpp.platform.preloadpath", libraries.toString());
    Path cache = CacheDirectory.get();
    Path own = Files.isWritable(cache) ? cache : Path.of(System.getProperty("java.io.tmpdir"));
    setIfAbsent("org.bytedeco.javacpp.cachedir", own.resolve("javacpp").toString());
    setIfAbsent("jna.tmpdir", own.toString());
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static Path unpacked() {
    String platform = carried(platform());
    var libraries = new LinkedHashMap<String, URL>();
    for (String library : LIBRARIES) {
      URL source = Natives.class.getResource(root(platform) + library);
      if (source == null) {
        throw new UserError(
            "no TensorFlow libraries for "
                + platform
                + " on the class path; build with"
                + " -Dtensorflow.native.classifier="
                + platform
                + " or set TENSORFLOW_LIBRARY_PATH to a directory that has them");
      }
      libraries.put(library, source);
    }
    Path directory = CacheDirectory.get().resolve("tensorflow-" + version() + "-" + platform);
    try {
      CacheDirectory.unpack(libraries, directory);
    } catch (IOException e) {
      throw CacheDirectory.cannot("unpack TensorFlow's libraries (630 MB) into " + directory, e);
    }
    return directory;
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
