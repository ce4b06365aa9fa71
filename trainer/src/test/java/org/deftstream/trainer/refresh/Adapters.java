package org.deftstream.trainer.refresh;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.trainer.gate.ContenderScores;
import org.deftstream.trainer.pairs.Pairs;
import org.deftstream.trainer.pairs.ValidationPair;

/** A world without networks and brokers: an adapter's weights are the name of its training. */
final class Adapters implements CandidateTrainer, ContenderEvaluation, Publication {
  private static final String NETWORK =
      """
      {"sample_size": 4, "in_channels": 4, "out_channels": 1, "block_out_channels": [8, 8],
       "layers_per_block": 1, "down_block_types": ["DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D"], "norm_num_groups": 4}
      """;

  final Map<String, Double> psnr = new HashMap<>(Map.of("diffpir", 25.0));
  final Set<String> diverges = new HashSet<>();
  final List<String> trained = new ArrayList<>();
  final List<AdapterDirectory.Content> published = new ArrayList<>();
  Optional<AdapterDirectory.Content> serving = Optional.empty();
  final List<Optional<SamplerSettings>> sampledWith = new ArrayList<>();
  Optional<SamplerSettings> sampler = Optional.empty();
  boolean fits = true;
  boolean changed;
  int callsLeft = Integer.MAX_VALUE;

  static AdapterDirectory.Content content(String id, String weights) {
    byte[] file = weights.getBytes(StandardCharsets.UTF_8);
    var operator = Pairs.task().operator();
    try {
      var json = new ObjectMapper();
      var manifest =
          new AdapterManifest(
              id,
              Pairs.task().name(),
              operator.imageShape(),
              operator.spec(),
              Operators.fingerprint(operator),
              UNetConfig.parse(json.readTree(NETWORK)),
              "small",
              "0".repeat(64),
              AdapterVerifier.sha256(file),
              1,
              3,
              AdapterForm.STANDARD,
              Optional.empty(),
              json.createObjectNode(),
              json.createObjectNode());
      return new AdapterDirectory.Content(manifest, file);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void call() {
    if (callsLeft-- <= 0) {
      throw new UserError("interrupted");
    }
  }

  private ContenderScores figures(String name, String weights, int pairs) {
    var values = new double[pairs];
    Arrays.fill(values, psnr.get(weights));
    var residual = new double[pairs];
    Arrays.fill(residual, 1);
    return new ContenderScores(name, "ddim", values, residual, List.of());
  }

  @Override
  public Optional<String> unfit(AdapterDirectory.Content from) {
    return fits ? Optional.empty() : Optional.of("another network");
  }

  @Override
  public Path train(
      Path directory,
      LabelledPairs pairs,
      LabelledPairs held,
      Optional<AdapterDirectory.Content> from,
      RefreshListener listener) {
    call();
    String name = directory.getFileName().toString();
    if (diverges.contains(name)) {
      throw new TrainingDivergedException("training diverged at step 7: the loss is NaN");
    }
    var made = content("candidate", name);
    AdapterDirectory.write(directory.resolve("adapter"), made.manifest(), made.weightsFile());
    trained.add(name);
    return directory.resolve("adapter");
  }

  @Override
  public ContenderScores adapter(
      String name,
      AdapterDirectory.Content adapter,
      List<ValidationPair> pairs,
      Optional<SamplerSettings> with) {
    sampledWith.add(with);
    return figures(name, new String(adapter.weightsFile(), StandardCharsets.UTF_8), pairs.size());
  }

  @Override
  public List<ContenderScores> trainingFree(
      List<ValidationPair> pairs, Optional<SamplerSettings> with) {
    sampledWith.add(with);
    return List.of(figures("diffpir", "diffpir", pairs.size()));
  }

  @Override
  public Optional<AdapterDirectory.Content> serving(String task) {
    call();
    return serving;
  }

  @Override
  public Optional<SamplerSettings> sampler(String task) {
    return sampler;
  }

  @Override
  public boolean isKnown(String task, String adapterId) {
    return published.stream().anyMatch(a -> a.manifest().adapterId().equals(adapterId));
  }

  @Override
  public String publish(
      AdapterDirectory.Content adapter, Optional<String> rival, Optional<SamplerSettings> with) {
    call();
    if (changed) {
      throw new PublicationRefusedException("another one serves");
    }
    published.add(adapter);
    return "serving";
  }
}
