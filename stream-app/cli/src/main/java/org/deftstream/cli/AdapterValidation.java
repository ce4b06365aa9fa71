package org.deftstream.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.ImageSet;
import org.deftstream.trainer.gate.ValidationRecord;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.ValidationPair;
import org.deftstream.trainer.refresh.EngineEvaluation;

/**
 * Lets an adapter reconstruct images that were held back, with the sampler of service, and notes
 * the figures in its manifest, as the gate of the trainer does. Borrows the prior.
 *
 * @param task the adapter's task
 * @param prior its prior, as it answers in service
 * @param networks opens the adapter's network, as in service
 */
record AdapterValidation(Task task, Prior prior, AdapterNetworks networks) {
  private static final int BATCH = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /**
   * Validates an adapter.
   *
   * @param directory the adapter, whose manifest is written anew
   * @param held the images
   * @param source what they are, in a few words
   * @param wanted how it is sampled, and to be served; empty for the manifest's sampler, or the
   *     task's where it has none
   * @return one line with the figures
   * @throws UserError if the adapter does not fit the task or fails on an image
   */
  String run(Path directory, ImageSet held, String source, Optional<SamplerSettings> wanted) {
    var adapter = AdapterDirectory.read(directory);
    String id = adapter.manifest().adapterId();
    var evaluation =
        new EngineEvaluation(task, prior, networks, List.of(task.trainingFree()), BATCH, PATIENCE);
    var sampler = wanted.or(adapter.manifest()::sampler).orElseGet(task::learnedSampler);
    var figures = evaluation.adapter(id, adapter, pairs(held), Optional.of(sampler));
    if (!figures.complete()) {
      throw new UserError(
          "adapter %s failed on %d of %d images: %s"
              .formatted(
                  id,
                  figures.failures().size(),
                  held.size(),
                  figures.failure().orElse("a value is not finite")));
    }
    var record = ValidationRecord.of(figures).put("images", source);
    AdapterDirectory.write(
        directory, adapter.manifest().judged(id, sampler, record), adapter.weightsFile());
    return String.format(
        Locale.ROOT,
        "%s on %d images: PSNR %.2f dB (95 %% interval %.2f to %.2f), residual %.3g to %.3g times"
            + " the noise is right",
        id,
        held.size(),
        record.path("psnr").asDouble(),
        record.path("psnrLow").asDouble(),
        record.path("psnrHigh").asDouble(),
        record.at("/residual/low").asDouble(),
        record.at("/residual/high").asDouble());
  }

  private List<ValidationPair> pairs(ImageSet held) {
    var pairs = new ArrayList<ValidationPair>();
    for (int i = 0; i < held.size(); i++) {
      var pair =
          new Pair(
              "image-" + i,
              Optional.empty(),
              task.name(),
              held.image(i, false),
              Optional.empty(),
              Map.of());
      pairs.add(ValidationPair.of(pair, task.operator()));
    }
    return pairs;
  }
}
