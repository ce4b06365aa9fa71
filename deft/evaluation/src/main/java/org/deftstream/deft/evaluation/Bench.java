package org.deftstream.deft.evaluation;

import java.nio.file.Path;
import java.util.function.Function;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;

/**
 * What the methods of one task run on. Owns nothing.
 *
 * @param task the task
 * @param prior the task's prior
 * @param precision what the prior multiplies in, {@link EvaluationModels#precision}
 * @param engine the engine that samples, the one that serves as well
 * @param batch largest batch of the prior
 * @param adapterNetworks opens the networks of adapters
 * @param files finds a file or directory that a plan names
 */
public record Bench(
    Task task,
    Prior prior,
    String precision,
    Engine engine,
    int batch,
    AdapterNetworks adapterNetworks,
    Function<String, Path> files) {}
