package org.deftstream.tests.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.messaging.control.StatusWatch;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;

/**
 * Serves adapters in turn. There are three: the one before the last is not kept, so each swap loads
 * its weights anew. Used by one thread at a time; to be closed.
 */
final class Swaps implements AutoCloseable {
  private static final Path SHIPPED =
      Path.of("..", "..", "deft", "models", "adapters", "fashion-32-inpaint");
  private static final int ADAPTERS = 3;

  private final AdapterPublisher publisher;
  private final StatusWatch watch;
  private int next;

  /** Publishes the adapters without serving one. */
  Swaps(Platform platform, Topics topics) {
    var settings =
        new PublisherSettings(
            Map.of("bootstrap.servers", platform.bootstrapServers()),
            Serdes.of(platform.registryUrl()),
            topics,
            Duration.ofSeconds(60),
            "swaps");
    publisher = new AdapterPublisher(settings);
    var shipped = AdapterDirectory.read(SHIPPED);
    for (int i = 0; i < ADAPTERS; i++) {
      publisher.push(variant(shipped, i));
    }
    watch = StatusWatch.open(settings);
  }

  /** The same network with other weights: the last one differs in its last bits. */
  private static AdapterDirectory.Content variant(AdapterDirectory.Content shipped, int number) {
    byte[] file = shipped.weightsFile().clone();
    file[file.length - Float.BYTES] ^= (byte) number;
    var m = shipped.manifest();
    return new AdapterDirectory.Content(
        new AdapterManifest(
            id(number),
            m.task(),
            m.imageShape(),
            m.operator(),
            m.operatorFingerprint(),
            m.network(),
            m.priorName(),
            m.priorFingerprint(),
            AdapterVerifier.sha256(file),
            m.parameters(),
            m.featureClip(),
            m.form(),
            m.golden(),
            m.training(),
            m.validation()),
        file);
  }

  private static String id(int number) {
    return "turn-" + number % ADAPTERS;
  }

  /**
   * Swaps, each time a pause after the last one serves.
   *
   * @param resident asked after each swap
   * @return what it said
   * @throws AssertionError if an adapter is refused or does not come to serve
   */
  List<Long> run(int number, Duration pause, LongSupplier resident) {
    var sizes = new ArrayList<Long>();
    for (int i = 0; i < number; i++) {
      String id = id(next++);
      publisher.change(Measurements.TASK, state -> ControlChanges.activate(state, id));
      var status =
          watch
              .await(
                  StatusWatch.settled(Measurements.TASK, Optional.of(id)),
                  each -> {},
                  Platform.PATIENCE)
              .orElseThrow(() -> new AssertionError("adapter " + id + " did not come to serve"));
      if (status.getState() != AdapterState.SERVING) {
        throw new AssertionError("swap " + i + ": " + status);
      }
      LockSupport.parkNanos(pause.toNanos());
      sizes.add(resident.getAsLong());
    }
    return sizes;
  }

  @Override
  public void close() {
    watch.close();
  }
}
