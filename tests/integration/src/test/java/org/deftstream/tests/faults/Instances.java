package org.deftstream.tests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The instances of one bed, as child JVMs. Used by one thread; to be closed. */
final class Instances implements AutoCloseable {
  private final Brokers cluster;
  private final String application;
  private final Path directory;
  private final Duration maxPollInterval;
  private final Map<String, ChildJvm> children = new TreeMap<>();

  /**
   * None yet.
   *
   * @param application prefix of the topics, and application id
   * @param directory state and logs
   * @param maxPollInterval after which a stream thread that does not poll is replaced
   */
  Instances(Brokers cluster, String application, Path directory, Duration maxPollInterval) {
    this.cluster = cluster;
    this.application = application;
    this.directory = directory;
    this.maxPollInterval = maxPollInterval;
  }

  /** Names of those that run. */
  List<String> names() {
    return new ArrayList<>(children.keySet());
  }

  void start(String instance, Duration callTime) throws IOException {
    children.put(
        instance,
        ServiceProcess.start(cluster, application, directory, instance, callTime, maxPollInterval));
  }

  void kill(String instance) throws InterruptedException {
    children.remove(instance).kill();
  }

  void stop(String instance) {
    children.remove(instance).stop();
  }

  void stall(String instance) throws Exception {
    children.get(instance).stall();
  }

  void resume(String instance) throws Exception {
    children.get(instance).resume();
  }

  /** Asks the stream thread of one to stand still. */
  StreamThreadHold hold(String instance, String point) throws IOException {
    return StreamThreadHold.at(directory.resolve(instance), point);
  }

  /** Length of an instance's log, to look only at what comes after. */
  long logLength(String instance) throws IOException {
    return Files.size(log(instance));
  }

  /** Whether a log says something beyond a length. */
  boolean says(String instance, long from, Pattern what) {
    try {
      var bytes = Files.readAllBytes(log(instance));
      var text = new String(bytes, (int) from, bytes.length - (int) from, UTF_8);
      return what.matcher(text).find();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path log(String instance) {
    return directory.resolve(instance + ".log");
  }

  /** At once: what is in flight is answered by now, or is the failure that is reported. */
  @Override
  public void close() {
    for (var child : children.values()) {
      try {
        child.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
