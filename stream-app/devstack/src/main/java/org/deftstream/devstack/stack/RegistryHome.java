package org.deftstream.devstack.stack;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.UserError;

/**
 * Finds the unpacked schema registry. The build puts it beside this module's classes and jar
 * ({@code stream-app/devstack/target/registry}); an installation may put it beside or one above its
 * directory of jars, or name it with the system property {@value #PROPERTY} or the environment
 * variable {@value #VARIABLE}.
 */
final class RegistryHome {
  static final String PROPERTY = "deftstream.registry.home";
  static final String VARIABLE = "DEFTSTREAM_REGISTRY_HOME";
  private static final String DIRECTORY = "registry";
  private static final String RUNNER_GLOB = "apicurio-registry-app-*-runner.jar";

  private RegistryHome() {}

  /**
   * The registry's runnable jar.
   *
   * @throws UserError when it is nowhere, naming the places that were searched
   */
  static Path runnerJar() {
    return runnerJar(candidates());
  }

  static Path runnerJar(List<Path> candidates) {
    return candidates.stream()
        .flatMap(directory -> runnerIn(directory).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "the embedded schema registry is not installed (looked in "
                        + candidates
                        + "); build the project with Maven, which fetches it, or name its"
                        + " directory with -D"
                        + PROPERTY
                        + "=DIRECTORY"));
  }

  private static List<Path> candidates() {
    var named =
        Optional.ofNullable(System.getProperty(PROPERTY))
            .or(() -> Optional.ofNullable(System.getenv(VARIABLE)));
    if (named.isPresent()) {
      return List.of(Path.of(named.get()).toAbsolutePath());
    }
    var candidates = new ArrayList<Path>();
    var beside = codeSource().getParent();
    candidates.add(beside.resolve(DIRECTORY));
    if (beside.getParent() != null) {
      candidates.add(beside.getParent().resolve(DIRECTORY));
    }
    return candidates;
  }

  private static Path codeSource() {
    try {
      var source = RegistryHome.class.getProtectionDomain().getCodeSource().getLocation();
      return Path.of(source.toURI()).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("this class was loaded from nowhere", e);
    }
  }

  private static Optional<Path> runnerIn(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try (var jars = Files.newDirectoryStream(directory, RUNNER_GLOB)) {
      var found = jars.iterator();
      return found.hasNext() ? Optional.of(found.next()) : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read the registry's directory " + directory + " (" + e + ")", e);
    }
  }
}
