package org.deftstream.service.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Work that ends when the test says so. */
public final class ManualWork implements AsyncRecordProcessor {
  private final Map<Long, CompletableFuture<byte[]>> futures = new ConcurrentHashMap<>();
  private final List<Long> started = new ArrayList<>();

  @Override
  public synchronized CompletableFuture<byte[]> start(SourceRecord record, MemoryPermit room) {
    started.add(record.offset());
    return futures.computeIfAbsent(record.offset(), offset -> new CompletableFuture<>());
  }

  /** Offsets in the order in which their work began. */
  public synchronized List<Long> started() {
    return List.copyOf(started);
  }

  /** Ends the work on a record with the answer {@code answer-OFFSET}. */
  public void complete(long offset) {
    future(offset).complete(("answer-" + offset).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Ends the work on a record with a failure. */
  public void fail(long offset, Throwable reason) {
    future(offset).completeExceptionally(reason);
  }

  /** The next work on a record gets a new future. */
  public void forget(long offset) {
    futures.remove(offset);
  }

  /** The future of a record. */
  public CompletableFuture<byte[]> future(long offset) {
    return futures.computeIfAbsent(offset, each -> new CompletableFuture<>());
  }
}
