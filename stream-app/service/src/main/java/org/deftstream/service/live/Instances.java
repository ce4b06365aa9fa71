package org.deftstream.service.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.deftstream.messaging.control.Heartbeats;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.AdapterStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all instances last reported, read from the status topic on a thread of its own, at most
 * every ten seconds and only when somebody asks. Thread-safe; whoever made it closes it.
 */
final class Instances implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Instances.class);
  private static final long INTERVAL_NANOS = 10_000_000_000L;
  private static final int MOST = 500;
  private static final int TEXT = 200;

  private final Callable<? extends Collection<AdapterStatus>> read;
  private final LongSupplier nanos;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            var made = new Thread(task, "deftstream-instances");
            made.setDaemon(true);
            return made;
          });
  private volatile List<AdapterStatus> last = List.of();
  private boolean asked;
  private long askedAt;

  /**
   * Reads nothing yet.
   *
   * @param read the last report of each instance on each task; may take seconds
   * @param nanos a clock of any origin
   */
  Instances(Callable<? extends Collection<AdapterStatus>> read, LongSupplier nanos) {
    this.read = read;
    this.nanos = nanos;
  }

  /** What is known, and begins to learn more if that is old. */
  ObjectNode json() {
    synchronized (this) {
      if (!asked || nanos.getAsLong() - askedAt > INTERVAL_NANOS) {
        asked = true;
        askedAt = nanos.getAsLong();
        thread.execute(this::look);
      }
    }
    var now = Instant.now();
    var document = JsonNodeFactory.instance.objectNode();
    var list = document.putArray("reports");
    last.stream()
        .limit(MOST)
        .forEach(
            status ->
                list.addObject()
                    .put("instance", PrintableText.line(status.getInstance(), TEXT))
                    .put("task", PrintableText.line(status.getTask(), TEXT))
                    .put("adapter", status.getAdapterId())
                    .put("state", status.getState().name().toLowerCase(Locale.ROOT))
                    .put(
                        "reason",
                        status.getReason() == null
                            ? null
                            : PrintableText.line(status.getReason(), TEXT))
                    .put("at", status.getAt().toString())
                    .put("seenAt", Objects.toString(status.getSeenAt(), null))
                    .put("gone", Heartbeats.gone(status, now)));
    return document;
  }

  private void look() {
    try {
      last = List.copyOf(read.call());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debug("the instances' reports cannot be read", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
