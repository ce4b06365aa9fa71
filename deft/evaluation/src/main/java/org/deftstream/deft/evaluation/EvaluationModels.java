package org.deftstream.deft.evaluation;

import java.nio.file.Path;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;

/**
 * Where an evaluation gets what plans name. All methods throw {@link org.deftstream.deft.UserError}
 * for what is not there.
 */
public interface EvaluationModels {
  /** The task of this name. */
  Task task(String name);

  /** The precision that results are kept under without a word. */
  String FLOAT32 = "float32";

  /**
   * What priors multiply in, {@link #FLOAT32} or {@code bfloat16}: the same for all methods. The
   * results of one are not taken for those of another.
   */
  String precision();

  /** Opens the prior of a task; the evaluation closes it. */
  Prior openPrior(Task task);

  /** Opens the classifier of this name; the evaluation closes it. */
  FeatureNetwork openFeatures(String name);

  /** Opens the networks of adapters. */
  AdapterNetworks adapterNetworks();

  /** A file or directory that a plan names. */
  Path file(String name);

  /** The machine in a few words, for the report. */
  String machine();
}
