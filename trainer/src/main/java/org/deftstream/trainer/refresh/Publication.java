package org.deftstream.trainer.refresh;

import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.sampler.SamplerSettings;

/** The control topic, as far as a refresh needs it. */
public interface Publication {
  /** The adapter that a task is served by now, with its weights; empty if training-free. */
  Optional<AdapterDirectory.Content> serving(String task);

  /**
   * The sampler settings that replace the task's in production, adapter or not; empty for the
   * task's own.
   *
   * @throws org.deftstream.deft.UserError if what is asked for is none
   */
  Optional<SamplerSettings> sampler(String task);

  /** Whether an adapter of that id was published for the task already. */
  boolean isKnown(String task, String adapterId);

  /**
   * Publishes an adapter by the trainer's policy, all of it or nothing.
   *
   * @param rival id of the adapter that it was judged against; if another one serves by now,
   *     nothing is published
   * @param sampler what replaced the task's sampler settings when it was judged; likewise
   * @return how it is served, in one line
   * @throws PublicationRefusedException if another one serves or is sampled otherwise, or the
   *     service refuses it
   * @throws org.deftstream.deft.UserError if it could not be published
   */
  String publish(
      AdapterDirectory.Content adapter, Optional<String> rival, Optional<SamplerSettings> sampler);
}
