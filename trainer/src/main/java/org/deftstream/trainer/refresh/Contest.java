package org.deftstream.trainer.refresh;

import java.util.List;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.trainer.gate.Figures;
import org.deftstream.trainer.pairs.ValidationPair;

/** Lets contenders reconstruct validation pairs as the service would. */
public interface Contest {
  /** Figures of an adapter with the task's learned sampler. */
  Figures adapter(String name, AdapterDirectory.Content adapter, List<ValidationPair> pairs);

  /** Figures of the training-free methods that the task can be served by, at least one. */
  List<Figures> trainingFree(List<ValidationPair> pairs);
}
