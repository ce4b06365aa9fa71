package org.deftstream.service.topology;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.ledger.AsyncRecordProcessor;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.PostponedException;
import org.deftstream.service.ledger.SourceRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done with a measurement: decode, validate, lease the method, let the engine reconstruct,
 * encode. Decoding and encoding run on threads of this class, so neither a stream thread nor the
 * engine waits for them, or for the schema registry. A registry that does not answer rejects
 * nothing: a record that cannot be decoded for that is put off and gives its room to others, an
 * answer that cannot be encoded is kept until it can. Thread-safe; closed by its owner, after the
 * streams and before the engine.
 */
public final class ReconstructionWork implements AsyncRecordProcessor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReconstructionWork.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration COMPLAIN = Duration.ofSeconds(10);

  private final MeasurementDecoder decoder;
  private final ReconstructionEncoder encoder;
  private final TaskRegistry tasks;
  private final OperatorCache operators;
  private final Engine engine;
  private final ReconstructionListener listener;
  private final Supplier<OutputLimits> limits;
  private final ScheduledExecutorService threads;
  private final AtomicLong complainedAt = new AtomicLong(System.nanoTime() - COMPLAIN.toNanos());

  /**
   * Makes the work.
   *
   * @param decoder decodes; closed with this
   * @param encoder encodes; closed with this
   * @param tasks what is served; borrowed
   * @param operators operators at the shapes of the records
   * @param engine reconstructs; borrowed
   * @param listener told of every reconstruction
   * @param limits the largest records that can be published, as last learned
   * @param threadCount threads for decoding and encoding, at least 1
   */
  public ReconstructionWork(
      MeasurementDecoder decoder,
      ReconstructionEncoder encoder,
      TaskRegistry tasks,
      OperatorCache operators,
      Engine engine,
      ReconstructionListener listener,
      Supplier<OutputLimits> limits,
      int threadCount) {
    this.decoder = decoder;
    this.encoder = encoder;
    this.tasks = tasks;
    this.operators = operators;
    this.engine = engine;
    this.listener = listener;
    this.limits = limits;
    this.threads = Executors.newScheduledThreadPool(threadCount, threadFactory());
  }

  @Override
  public CompletableFuture<byte[]> start(SourceRecord record, MemoryPermit room) {
    return new ReconstructionJob(this, record, room).start();
  }

  MeasurementDecoder decoder() {
    return decoder;
  }

  ReconstructionEncoder encoder() {
    return encoder;
  }

  TaskRegistry tasks() {
    return tasks;
  }

  OperatorCache operators() {
    return operators;
  }

  Engine engine() {
    return engine;
  }

  ReconstructionListener listener() {
    return listener;
  }

  /** Largest record of the topic of reconstructions, in bytes. */
  long limit() {
    return limits.get().reconstruction();
  }

  /** Runs a step of a job soon. */
  void run(Runnable step) {
    threads.execute(step);
  }

  /** Runs a step again, because the registry did not answer, and says so now and then. */
  void runLater(Runnable step, SourceRecord record, RegistryUnavailableException why) {
    complain(record, why);
    threads.schedule(step, RETRY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Puts a record off, because the registry did not answer, and says so now and then. */
  PostponedException postponed(SourceRecord record, RegistryUnavailableException why) {
    complain(record, why);
    return new PostponedException(why.getMessage(), 0, why);
  }

  private void complain(SourceRecord record, RegistryUnavailableException why) {
    long now = System.nanoTime();
    long last = complainedAt.get();
    if (now - last >= COMPLAIN.toNanos() && complainedAt.compareAndSet(last, now)) {
      log.warn(
          "the schema registry does not answer ({}); {} and those like it wait for it",
          why.getMessage(),
          record.coordinates());
    }
  }

  /** Stops the threads; jobs that are not done are dropped. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("a thread still decodes or encodes, it is left behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    decoder.close();
    encoder.close();
  }

  private static ThreadFactory threadFactory() {
    var number = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, "deftstream-codec-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }
}
