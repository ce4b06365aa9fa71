package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The in-flight ledger of one partition, for one incarnation of its task: admits records, begins
 * their work, and lets the answers out in the order of offsets. Everything that it writes (the
 * store, the collector) is part of the transaction that also commits the consumed offset.
 *
 * <p>The life of a record: it is admitted and its work begins, or it is parked for lack of room and
 * read again later; when it and all before it are done, its answer leaves and its entry is removed.
 * Records that an earlier owner left unanswered are like parked ones, with two differences: nothing
 * of them is touched before the {@link FencingGate} has passed, and that they were taken over is
 * stored and committed before their work begins, so a record that ends the process is found out.
 *
 * <p>An offset that no consumed record had is a {@link OffsetGap}, which tells whether a record is
 * gone.
 *
 * <p>Confined to the task's stream thread. {@link #close} writes nothing.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);
  private static final Duration SLICE = Duration.ofMillis(3);

  /** What has become of the entries of an earlier owner. */
  private enum Recovery {
    FOUND,
    STORED,
    COMMITTED
  }

  private final LedgerStore store;
  private final AdmissionController admission;
  private final WaitBudget waitBudget;
  private final LedgerSettings settings;
  private final LedgerStatistics statistics;
  private final FencingGate gate;
  private final ParkedRecords waiting;
  private final Supplier<CompletableFuture<Long>> logStart;
  private final Supplier<NavigableSet<Long>> skipped;
  private final ArrayDeque<LedgerRecord> queue = new ArrayDeque<>();
  private Recovery recovery = Recovery.COMMITTED;
  private boolean saidThatRecordsComeAgain;

  /** Whether a record that ran alone has left, and its answer is not committed yet. */
  private boolean aloneLeft;

  private long tail;

  /** Whether what was stored is of another topic of the same name. */
  private boolean madeAnew;

  /** False for a partition whose first record was never consumed: what lies before is not ours. */
  private boolean tailKnown;

  /** Where the log began when this incarnation did; null when it does not matter any more. */
  private CompletableFuture<Long> logStartAtFirst;

  /**
   * An empty ledger; {@link #recover} comes next.
   *
   * @param store the partition's store
   * @param gate the task's gate
   * @param reader reads the partition again; closed with the ledger
   * @param logStart asks where the partition's log begins, without waiting
   * @param skipped what an operator had passed over; as new as the last answer about the log's
   *     start
   * @param resources what all ledgers of the process share
   */
  public Ledger(
      LedgerStore store,
      FencingGate gate,
      SourceReader reader,
      Supplier<CompletableFuture<Long>> logStart,
      Supplier<NavigableSet<Long>> skipped,
      LedgerResources resources) {
    this.store = store;
    this.gate = gate;
    this.admission = resources.admission();
    this.waitBudget = resources.waitBudget();
    this.settings = resources.settings();
    this.statistics = resources.statistics();
    this.waiting = new ParkedRecords(reader, resources);
    this.logStart = logStart;
    this.skipped = skipped;
  }

  /**
   * Loads what an earlier owner left. Writes nothing.
   *
   * @param nowMillis the time
   */
  public void recover(long nowMillis) {
    recover(nowMillis, source -> Long.MAX_VALUE);
  }

  /**
   * As above.
   *
   * @param certainBelow for a topic of the same name that was there before: the offset below which
   *     what was consumed is certainly of that one
   */
  public void recover(long nowMillis, ToLongFunction<UUID> certainBelow) {
    store.load().ifPresent(state -> recover(state, certainBelow));
    statistics.add(Counter.RECOVERED, queue.size());
    statistics.addUnanswered(queue.size());
    if (!queue.isEmpty()) {
      recovery = Recovery.FOUND;
      gate.ask(nowMillis);
    }
  }

  private void recover(LedgerState state, ToLongFunction<UUID> certainBelow) {
    boolean sameSource = store.sameSource(state);
    madeAnew = !sameSource;
    long certain = sameSource ? Long.MAX_VALUE : certainBelow.applyAsLong(state.source());
    long uncertain = 0;
    tail = sameSource ? state.tail() : 0;
    tailKnown = sameSource;
    logStartAtFirst = sameSource ? logStart.get() : null;
    for (LedgerEntry stored : state.entries()) {
      if (stored.isGap()) {
        if (sameSource) {
          queue.addLast(new OffsetGap(stored, logStart, skipped));
        }
        continue;
      }
      if (stored.offset() >= certain) {
        // Of the new topic perhaps, which is consumed from its beginning.
        uncertain++;
        continue;
      }
      var inFlight = new InFlight(store.sameOwner(state) ? stored : stored.recovered());
      queue.addLast(inFlight);
      if (sameSource) {
        waiting.add(inFlight);
      } else {
        inFlight.reject(
            null, null, ParkedRecords.consumedAndGone("the topic was deleted and made anew since"));
      }
    }
    if (uncertain > 0) {
      log.warn(
          "the topic was made anew while {} records from offset {} on were unanswered; those of the"
              + " old topic are gone with it, those of the new one are consumed again",
          uncertain,
          certain);
    }
  }

  /**
   * Whether the topic was made anew since the ledger was last written: what was consumed of it is
   * not known, so it is to be consumed from its beginning.
   */
  public boolean madeAnew() {
    return madeAnew;
  }

  /** A record of whatever topic was consumed: this incarnation owns the partition. */
  public void consumed() {
    gate.pass();
  }

  /** Whether nothing is unanswered, and nothing is to be found out. */
  public boolean isEmpty() {
    return queue.isEmpty() && logStartAtFirst == null;
  }

  /** Number of unanswered records. */
  public int size() {
    return queue.size();
  }

  /**
   * Takes a record that was just consumed; waits a bounded time for room, letting answers out
   * meanwhile.
   *
   * @param offset the record's offset
   * @param record the record; asked for only if it is new
   * @param collector takes answers
   */
  public void take(long offset, Supplier<SourceRecord> record, RecordCollector collector) {
    if (offset < tail) {
      statistics.count(Counter.CAME_AGAIN);
      if (!saidThatRecordsComeAgain) {
        saidThatRecordsComeAgain = true;
        log.warn(
            "offset {} came again: consumed offsets were set back, or the topic was made anew, which"
                + " is found out in seconds; what lies below {} is dropped",
            offset,
            tail);
      }
      return;
    }
    statistics.count(Counter.CONSUMED);
    // Its offset says by itself whether something is missing before it.
    logStartAtFirst = null;
    if (!tailKnown) {
      // What lies before the first record that is ever consumed is not ours, but for what was
      // passed
      // over right before it.
      tail = offset;
      while (skipped.get().contains(tail - 1)) {
        tail--;
      }
    }
    passOver(offset);
    drain(collector);
    queue.addLast(begun(offset, record, collector));
    statistics.addUnanswered(1);
    tail = offset + 1;
    tailKnown = true;
    save();
  }

  private InFlight begun(long offset, Supplier<SourceRecord> record, RecordCollector collector) {
    var inFlight = new InFlight(LedgerEntry.fresh(offset));
    SourceRecord taken;
    long bytes;
    try {
      taken = record.get();
      bytes = taken.bytes();
    } catch (RuntimeException e) {
      inFlight.reject(null, null, RecordCompletion.reason(e));
      return inFlight;
    }
    var permit = awaitRoom(bytes, collector);
    if (permit.isPresent()) {
      waiting.begin(inFlight, taken, permit.get());
    } else {
      statistics.count(Counter.PARKED);
      waiting.add(inFlight);
    }
    return inFlight;
  }

  /** Notes the offsets, if any, between the last consumed record and the next one. */
  private void passOver(long next) {
    if (next > tail) {
      queue.addLast(new OffsetGap(LedgerEntry.passedOver(tail, next), logStart, skipped));
      statistics.addUnanswered(1);
      tail = next;
    }
  }

  /** What was deleted while nobody consumed is noticed even if no other record ever comes. */
  private void noteLogStart() {
    if (logStartAtFirst != null && logStartAtFirst.isDone()) {
      if (!logStartAtFirst.isCompletedExceptionally()) {
        passOver(logStartAtFirst.join());
      }
      logStartAtFirst = null;
    }
  }

  /** Room for a record; none if others wait already, or if there is none in good time. */
  private Optional<AdmissionController.Permit> awaitRoom(long bytes, RecordCollector collector) {
    boolean full = waiting.size() >= settings.longQueue();
    var wanted = full ? settings.waitBudget() : settings.parkAfter();
    boolean hopeless =
        recovery != Recovery.COMMITTED || ((headPostponed() || headAlone()) && !full);
    long granted = hopeless ? 0 : waitBudget.grantNanos(wanted);
    long start = System.nanoTime();
    while (true) {
      if (waiting.isEmpty() && !headPostponed() && !headAlone()) {
        var permit = admission.tryAdmit(bytes, SLICE);
        if (permit.isPresent()) {
          waitBudget.spend(System.nanoTime() - start);
          return permit;
        }
      }
      if (System.nanoTime() - start >= granted) {
        waitBudget.spend(System.nanoTime() - start);
        return Optional.empty();
      }
      if (!waiting.isEmpty()) {
        LockSupport.parkNanos(SLICE.toNanos());
      }
      drain(collector);
    }
  }

  /**
   * Does what is due: asks for a probe, stores what was recovered, reads parked records again, lets
   * answers out. To be called again and again while the ledger is not empty.
   *
   * @param nowMillis the time
   * @param collector takes answers
   * @param commit asks for a commit before the next call
   */
  public void punctuate(long nowMillis, RecordCollector collector, Runnable commit) {
    waitBudget.renew();
    noteLogStart();
    if (!gate.passed()) {
      if (!queue.isEmpty()) {
        gate.ask(nowMillis);
      }
      return;
    }
    drain(collector);
    if (recovery == Recovery.FOUND) {
      save();
      commit.run();
      recovery = Recovery.STORED;
      return;
    }
    recovery = Recovery.COMMITTED;
    if (aloneLeft) {
      aloneLeft = false;
      commit.run();
      return;
    }
    makeRoom();
    if (waiting.request(queue.peekFirst())) {
      save();
      commit.run();
    }
  }

  private boolean headPostponed() {
    return queue.peekFirst() instanceof InFlight head && head.postponed();
  }

  private boolean headAlone() {
    return aloneLeft || (queue.peekFirst() instanceof InFlight head && head.runsAlone());
  }

  /** Answers that cannot leave behind a head that was put off do not keep the room of others. */
  private void makeRoom() {
    if (!headPostponed() || !admission.crowded()) {
      return;
    }
    for (LedgerRecord each : queue) {
      if (each instanceof InFlight inFlight && each != queue.peekFirst() && inFlight.holdsRoom()) {
        inFlight.putBack(settings.againAfter());
        waiting.add(inFlight);
      }
    }
  }

  /**
   * Lets out every answer that has none before it. That of a record that ran alone is committed
   * before another leaves: else the other, if a broker refuses it, would cost the first its run.
   */
  private void drain(RecordCollector collector) {
    if (!gate.passed()) {
      return;
    }
    waiting.receive();
    boolean left = false;
    for (var head = queue.peekFirst();
        !aloneLeft && head != null && head.done();
        head = queue.peekFirst()) {
      aloneLeft = head.entry().aloneRuns() > 0;
      head.leave(collector, statistics);
      queue.pollFirst();
      statistics.addUnanswered(-1);
      left = true;
    }
    if (left) {
      save();
    }
  }

  private void save() {
    store.save(tail, queue.stream().map(LedgerRecord::entry).toList());
  }

  /** Stops all work and forgets everything; what is unanswered stays stored. */
  @Override
  public void close() {
    queue.forEach(LedgerRecord::abandon);
    statistics.addUnanswered(-queue.size());
    queue.clear();
    waiting.close();
  }
}
