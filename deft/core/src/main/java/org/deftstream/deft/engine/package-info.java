/**
 * The inference engine: step-level batching of posterior samples.
 *
 * <p>A posterior sample needs 20 to 100 evaluations of the prior. {@link Engine} runs one step at a
 * time over a batch of trajectories that may stand at different timesteps and belong to different
 * tasks: the expensive prior sees one big batch, each h-transform sees its own rows. Between two
 * steps finished trajectories leave and waiting ones join.
 *
 * <p>Ways through the package: {@code Engine} (thread and life cycle) asks {@code BatchPlanner}
 * which trajectories step next, {@code StepExecutor} takes them one step further, {@code Job}
 * combines the samples of one request into a {@link Reconstruction}.
 *
 * <p>Knows nothing of Kafka and of the library that evaluates the networks.
 */
package org.deftstream.deft.engine;
