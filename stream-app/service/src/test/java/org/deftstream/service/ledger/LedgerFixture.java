package org.deftstream.service.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.deft.engine.AdmissionBudget;

/** A ledger with everything around it under the test's control. */
final class LedgerFixture implements RecordCollector {
  static final UUID SOURCE = new UUID(1, 2);
  static final long OWNER = 11;
  static final int ROOM = 4;

  final MapStore values = new MapStore();
  final ManualWork work = new ManualWork();
  final AdmissionController admission =
      new AdmissionController(new AdmissionBudget(1 << 20), 1 << 20, ROOM);
  final LedgerStatistics statistics = new LedgerStatistics();
  final List<Integer> probes = new ArrayList<>();
  final List<String> out = new ArrayList<>();
  final List<RejectedRecordException> reasons = new ArrayList<>();
  ManualReader reader = new ManualReader();
  CompletableFuture<Long> logStart = CompletableFuture.completedFuture(0L);
  final SkippedOffsets skipped = new SkippedOffsets();
  int commits;
  long now;

  private final LedgerSettings settings =
      new LedgerSettings(
          Duration.ofMillis(20),
          Duration.ofMillis(60),
          Duration.ofMillis(10),
          100,
          3,
          2,
          Duration.ofNanos(1));

  /** A new incarnation of the task, on what is stored. */
  Ledger begin() {
    return begin(SOURCE, OWNER);
  }

  Ledger begin(UUID source, long owner) {
    reader = new ManualReader();
    var resources =
        new LedgerResources(
            work, admission, new WaitBudget(settings.waitBudget()), settings, statistics);
    var gate =
        new FencingGate(
            partition -> {
              probes.add(partition);
              return CompletableFuture.completedFuture(null);
            },
            0);
    var ledger =
        new Ledger(
            new LedgerStore(values, source, owner),
            gate,
            reader,
            () -> logStart,
            () -> skipped.of(0),
            resources);
    ledger.recover(now);
    return ledger;
  }

  void take(Ledger ledger, long offset) {
    ledger.consumed();
    ledger.take(offset, () -> record(offset), this);
  }

  void punctuate(Ledger ledger) {
    now += 10;
    ledger.punctuate(now, this, () -> commits++);
  }

  LedgerState stored() {
    return new LedgerStore(values, SOURCE, OWNER).load().orElseThrow();
  }

  List<Long> storedOffsets() {
    return stored().entries().stream()
        .filter(entry -> !entry.isGap())
        .map(LedgerEntry::offset)
        .toList();
  }

  static SourceRecord record(long offset) {
    byte[] value = ("value-" + offset).getBytes(StandardCharsets.UTF_8);
    return new SourceRecord("in", 0, offset, 1000 + offset, null, value, new RecordHeaders());
  }

  @Override
  public void answer(SourceRecord record, byte[] value) {
    out.add(record.offset() + "=" + new String(value, StandardCharsets.UTF_8));
  }

  @Override
  public void deadLetter(long offset, SourceRecord record, RejectedRecordException reason) {
    out.add(offset + " dead " + reason.errorClass() + (record == null ? " without record" : ""));
    reasons.add(reason);
  }

  @Override
  public void deadLetters(long first, long last, RejectedRecordException reason) {
    out.add(first + " to " + last + " dead " + reason.errorClass());
    reasons.add(reason);
  }
}
