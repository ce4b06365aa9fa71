package org.deftstream.tests.benchmarks;

import java.util.concurrent.CompletableFuture;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.engine.EngineStatistics;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;

/** What the engine does: whoever comes joins at the next step. */
final class StepLevel implements Batching {
  private final Engine engine;

  StepLevel(int maxBatch) {
    engine = new Engine(EngineSettings.of(maxBatch));
  }

  EngineStatistics statistics() {
    return engine.statistics();
  }

  @Override
  public CompletableFuture<Reconstruction> submit(ReconstructionRequest request) {
    return engine.submit(request);
  }

  @Override
  public void close() {
    engine.close();
  }
}
