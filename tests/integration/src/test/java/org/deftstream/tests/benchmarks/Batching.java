package org.deftstream.tests.benchmarks;

import java.util.concurrent.CompletableFuture;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;

/** A way to form batches. Thread-safe; owned and closed by whoever made it. */
interface Batching extends AutoCloseable {
  /** Takes a request; never blocks. */
  CompletableFuture<Reconstruction> submit(ReconstructionRequest request);

  @Override
  void close();
}
