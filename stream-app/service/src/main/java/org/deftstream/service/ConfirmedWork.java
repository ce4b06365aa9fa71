package org.deftstream.service;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.deftstream.service.ledger.AsyncRecordProcessor;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.SourceRecord;

/**
 * Work whose answer is held back until it is known that its record came from the topic that the
 * ledger was begun for. A topic that is deleted and made anew has other records at the same
 * offsets, and Kafka's consumer goes on in it without a word. Thread-safe.
 *
 * @param work what is done
 * @param confirmed asks for a promise that is kept, with the topic's identity, when the topic was
 *     the same at a later time
 * @param history told what was confirmed
 */
record ConfirmedWork(
    AsyncRecordProcessor work, Supplier<CompletableFuture<UUID>> confirmed, RunHistory history)
    implements AsyncRecordProcessor {
  @Override
  public CompletableFuture<byte[]> start(SourceRecord record, MemoryPermit room) {
    // Asked for after the record was read, so what is confirmed holds for it.
    var same = confirmed.get();
    same.thenAccept(source -> history.confirm(source, record.partition(), record.offset()));
    var answer = work.start(record, room);
    var both = new CompletableFuture<byte[]>();
    answer.whenComplete(
        (value, error) ->
            same.whenComplete(
                (told, ignored) -> {
                  if (error == null) {
                    both.complete(value);
                  } else {
                    both.completeExceptionally(error);
                  }
                }));
    both.whenComplete(
        (value, error) -> {
          if (both.isCancelled()) {
            same.cancel(false);
            answer.cancel(true);
          }
        });
    return both;
  }
}
