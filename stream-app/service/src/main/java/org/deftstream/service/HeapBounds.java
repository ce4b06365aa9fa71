package org.deftstream.service;

import java.util.Optional;
import org.deftstream.service.ServiceOptions.AdmissionOptions;

/**
 * What the settings need of the heap, and what is made of them if it is not there: bounds that
 * promise more than there is bound nothing. Immutable.
 *
 * @param admission the bounds that are kept
 * @param line one line for whoever starts the service, if the heap is too small for the settings
 */
public record HeapBounds(AdmissionOptions admission, Optional<String> line) {
  private static final int MIB = 1 << 20;

  /**
   * Classes, networks' descriptions, operators that are kept, Kafka's own structures, and what is
   * about to be collected.
   */
  private static final long BASE = 128L * MIB;

  /** A part of the heap for work, and another one for what waits to be published. */
  private static final int PARTS = 4;

  /**
   * Compares with the heap of this process.
   *
   * @throws org.deftstream.deft.UserError if something is passed through that the guarantees forbid
   */
  public static HeapBounds of(ServiceOptions options) {
    long buffers = options.streamThreads() * new ClientSettings(options).bufferedBytes();
    return of(options, buffers, Runtime.getRuntime().maxMemory());
  }

  /**
   * Compares.
   *
   * @param options what is asked for
   * @param buffers bytes that Kafka's clients may hold
   * @param heap bytes of the heap
   */
  static HeapBounds of(ServiceOptions options, long buffers, long heap) {
    var asked = options.admission();
    long need = asked.bytes() + asked.keptBytes() + buffers + BASE;
    if (need <= heap) {
      return new HeapBounds(asked, Optional.empty());
    }
    long least = 2L * options.maxRecordBytes();
    long part = Math.max(least, heap / PARTS);
    var kept =
        new AdmissionOptions(
            Math.min(asked.bytes(), part),
            Math.min(asked.keptBytes(), part),
            asked.records(),
            asked.imagePixels());
    return new HeapBounds(
        kept,
        Optional.of(
            "the settings need a heap of about %d MiB, and there are %d: engine.admission.bytes counts as %d; start with JAVA_OPTS=-Xmx%dm, or set engine.admission.bytes and records.max.bytes lower"
                .formatted(mib(need), mib(heap), kept.bytes(), mib(need))));
  }

  private static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
