package org.deftstream.service.control;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.AdapterLoader;
import org.deftstream.messaging.control.ControlConsumer;
import org.deftstream.messaging.control.ControlInbox;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the control topic and serves its tasks accordingly. Every task that the instance ships is
 * served training-free from the start; what the topic asks for is loaded beside it, and the
 * instance is {@link #ready} when the topic's end was reached and every desired adapter is loaded
 * or refused. Any failure leaves the old state serving and is reported on the status topic.
 *
 * <p>One thread of its own does all of it: measurements only read a table. Thread-safe. Whoever
 * started it closes it, after the engine and before the priors: leases that are still out keep
 * their network open until they come back.
 */
public final class ControlPlane implements TaskRegistry, ServedTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
  private static final long INBOX_BYTES = 64L << 20;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final TaskTable table = new TaskTable();
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final ControlConsumer consumer;
  private final ControlInbox inbox;
  private final AdapterLoader loader;
  private final StatusPublisher reports;
  private final RoutingUpdater updater;
  private final Reconciler reconciler;
  private final TaskHistory log = new TaskHistory();
  private final CanaryRollback ender;
  private final Thread thread;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong rolledBack = new AtomicLong();
  private volatile Throwable failure;
  private volatile boolean ended;

  private ControlPlane(
      TaskResolver resolver,
      AdapterNetworks networks,
      ControlSettings settings,
      ControlConsumer consumer,
      AdapterLoader loader,
      StatusPublisher reports,
      CanaryRollback ender) {
    this.consumer = consumer;
    this.inbox =
        new ControlInbox(
            settings.topics().adapters(),
            settings.serdes().deserializer(AdapterControl.class),
            RETRY_PAUSE,
            INBOX_BYTES);
    this.loader = loader;
    this.reports = reports;
    this.ender = ender;
    this.updater =
        new RoutingUpdater(
            table,
            report -> {
              log.reported(report);
              if (report.state() == AdapterState.REFUSED) {
                refused.incrementAndGet();
              }
              reports.accept(report);
            },
            this::later);
    var verifier = new AdapterVerifier(networks, settings.maxAdapterBytes());
    this.reconciler =
        new Reconciler(
            table,
            resolver,
            new AdapterBuilder(networks, verifier, settings.batchSizes(), settings.keys()),
            loader,
            updater,
            new CanaryResults(
                settings.guard(),
                table,
                updater,
                this::later,
                (task, adapterId, reason) -> {
                  rolledBack.incrementAndGet();
                  ender.end(task, adapterId, reason);
                }),
            settings.loadTimeout());
    this.thread = new Thread(this::run, "control-plane");
  }

  /**
   * Starts to serve and to follow the topic. Returns before it is {@link #ready}.
   *
   * @param tasks tasks that the instance ships
   * @param priors priors that the tasks use; closed by the caller, after this
   * @param networks evaluates adapters
   * @param ender takes a canary that misbehaves out of its control record; closed with this
   * @throws UserError one line, if a task's prior is missing or Kafka cannot be reached
   */
  public static ControlPlane start(
      ControlSettings settings,
      Collection<Task> tasks,
      PriorCatalog priors,
      AdapterNetworks networks,
      CanaryRollback ender) {
    var resolver = new TaskResolver(tasks, priors);
    for (var task : tasks) {
      if (priors.find(task.prior()).isEmpty()) {
        throw new UserError(
            "task '"
                + task.name()
                + "' needs prior '"
                + task.prior()
                + "', which is not there; known priors: "
                + String.join(", ", priors.names()));
      }
    }
    ControlConsumer consumer = null;
    AdapterLoader loader = null;
    try {
      consumer = new ControlConsumer(settings);
      loader = new AdapterLoader(settings);
      var reports = new StatusPublisher(settings);
      var plane = new ControlPlane(resolver, networks, settings, consumer, loader, reports, ender);
      tasks.forEach(task -> plane.updater.flip(trainingFree(task, resolver)));
      plane.thread.start();
      return plane;
    } catch (RuntimeException e) {
      closeQuietly(ender);
      closeQuietly(consumer);
      closeQuietly(loader);
      if (e instanceof KafkaException) {
        throw new UserError(
            "cannot follow topic '"
                + settings.topics().adapters()
                + "' on "
                + settings.brokers()
                + ": "
                + e.getMessage(),
            e);
      }
      throw e;
    }
  }

  private static Routing trainingFree(Task task, TaskResolver resolver) {
    var prior = resolver.prior(task.prior());
    return new Routing(
        task,
        prior,
        task.trainingFree().hTransform(prior),
        Optional.empty(),
        Optional.empty(),
        0,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public ServingMethod acquire(
      String task, String measurementId, Optional<String> pinnedAdapterId) {
    return table.acquire(task, measurementId, pinnedAdapterId);
  }

  /**
   * Whether everything that the topic asked for at the start is served or refused. Once true, stays
   * true.
   */
  @Override
  public boolean ready() {
    return ready.getCount() == 0;
  }

  @Override
  public TaskRegistry registry() {
    return this;
  }

  /**
   * Waits until {@link #ready}.
   *
   * @return true
   * @throws UserError if that takes longer, or the control thread died
   */
  @Override
  public boolean awaitReady(Duration timeout) {
    try {
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!ready.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        if (failure != null) {
          throw new UserError("the control plane failed: " + failure, failure);
        }
        if (System.nanoTime() > deadline) {
          throw new UserError(
              "the adapters were not loaded within "
                  + timeout.toSeconds()
                  + " s"
                  + waitsFor().map(what -> "; " + what).orElse(""));
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while the adapters were loaded", e);
    }
  }

  /** What is waited for though it is there, if so: the schema registry, or Kafka. */
  public Optional<String> waitsFor() {
    return inbox.waitsFor().or(reconciler::waitsFor);
  }

  /** What ended the control thread, if it died: what is served stays, and changes no more. */
  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** How every task is served at this moment, by name. */
  @Override
  public List<TaskView> views() {
    return table.all().stream()
        .map(TaskView::of)
        .sorted(Comparator.comparing(TaskView::task))
        .toList();
  }

  /** What is asked of every task, how it is served and how it came to that, by name. */
  @Override
  public List<TaskStatus> statuses() {
    var names = log.tasks();
    names.addAll(table.tasks());
    return names.stream()
        .map(
            name ->
                new TaskStatus(
                    name,
                    log.desired(name),
                    table.routing(name).map(TaskView::of),
                    log.events(name)))
        .toList();
  }

  @Override
  public ControlCounts counts() {
    return new ControlCounts(refused.get(), rolledBack.get());
  }

  private void run() {
    try {
      boolean reachedEnd = false;
      while (stopping.getCount() > 0) {
        try {
          read();
          runEvents();
          reachedEnd = reachedEnd || consumer.reachedEnd();
          if (reachedEnd || inbox.full()) {
            takeUp();
          }
          if (reachedEnd) {
            // Not before: what was asked for long ago is not loaded only to be replaced.
            reconciler.advance();
            if (inbox.isEmpty() && reconciler.idle()) {
              ready.countDown();
            }
          }
          reports.repeat(updater::standing);
        } catch (WakeupException e) {
          LOG.debug("woken up to stop");
        } catch (KafkaException e) {
          LOG.warn("control topic cannot be read, trying again: {}", e.toString());
          stopping.await(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      failure = e;
      LOG.error("the control plane failed; what is served stays as it is", e);
    }
  }

  private void read() throws InterruptedException {
    if (inbox.full()) {
      stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      consumer.poll(POLL).forEach(inbox::add);
    }
  }

  private void takeUp() {
    var request = inbox.take();
    while (request.isPresent()) {
      log.asked(request.get());
      reconciler.request(request.get());
      request = stopping.getCount() > 0 ? inbox.take() : Optional.empty();
    }
  }

  /** Runs an event on the control thread; where it has ended, on the thread that calls. */
  private void later(Runnable event) {
    events.add(event);
    if (ended) {
      runEvents();
    }
  }

  private void runEvents() {
    for (var event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  /** Stops following the topic and lets all adapters go. Later calls do nothing. */
  @Override
  public void close() {
    if (stopping.getCount() == 0) {
      return;
    }
    stopping.countDown();
    consumer.wakeup();
    try {
      thread.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("the control plane did not stop within {} s", CLOSE_TIMEOUT.toSeconds());
      return;
    }
    ended = true;
    updater.close();
    runEvents();
    closeQuietly(ender);
    closeQuietly(reports);
    closeQuietly(loader);
    closeQuietly(inbox);
    closeQuietly(consumer);
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception e) {
      LOG.warn("while closing: {}", e.toString());
    }
  }
}
