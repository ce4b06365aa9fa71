package org.deftstream.devstack.stack;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The command line of the registry's child process. */
final class RegistryCommand {
  private RegistryCommand() {}

  /**
   * Builds the command, and copies {@link RegistryChild} into the directory: the child's class path
   * must hold that class but none of this project's libraries, which would clash with the
   * registry's own.
   *
   * @param runner the registry's runnable jar
   * @param directory the registry's own directory
   * @param port TCP port
   */
  static List<String> of(Path runner, Path directory, int port) throws IOException {
    var launcher = directory.resolve("launcher");
    copyChildClass(launcher);
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
        "-Dquarkus.http.host=127.0.0.1",
        "-Dquarkus.http.port=" + port,
        // On disk, and written before a registration is answered: ids must survive kill -9.
        "-Dquarkus.datasource.jdbc.url=jdbc:h2:file:"
            + directory.resolve("database")
            + ";WRITE_DELAY=0",
        "-Dquarkus.datasource.jdbc.initial-size=1",
        "-Dquarkus.datasource.jdbc.min-size=1",
        "-Dquarkus.datasource.jdbc.max-size=8",
        "-Dquarkus.log.console.color=false",
        "-cp",
        launcher + File.pathSeparator + runner,
        RegistryChild.class.getName());
  }

  private static void copyChildClass(Path launcher) throws IOException {
    var name = RegistryChild.class.getName().replace('.', '/') + ".class";
    var target = launcher.resolve(name);
    Files.createDirectories(target.getParent());
    try (var bytes = RegistryChild.class.getClassLoader().getResourceAsStream(name)) {
      if (bytes == null) {
        throw new FileNotFoundException("class file " + name);
      }
      Files.copy(bytes, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
