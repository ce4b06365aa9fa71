package org.deftstream.service.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.GoldenCheck;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;

/** A task of 4x4 images, and adapters for it whose whole weight is one number. */
public final class Fixture {
  static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  static final Prior PRIOR = new NamedPrior("tiny", "ab".repeat(32));
  public static final String TASK = "tiny/inpaint";
  static final PriorCatalog PRIORS =
      new PriorCatalog() {
        @Override
        public Optional<Prior> find(String name) {
          return name.equals(PRIOR.name()) ? Optional.of(PRIOR) : Optional.empty();
        }

        @Override
        public Set<String> names() {
          return Set.of(PRIOR.name());
        }
      };

  private Fixture() {}

  static String taskJson(String name) {
    return """
    {"name": "%s", "prior": "tiny",
     "operator": {"kind": "inpainting",
       "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
       "noise": {"type": "gaussian", "sigma": 0.02}},
     "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8}, "sampler":
       {"steps": 4, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3, "samples": 1}},
     "learned": {"sampler":
       {"steps": 3, "grid": "uniform", "noise": "eta", "noiseLevel": 0.5, "samples": 2}}}
    """
        .formatted(name);
  }

  static Task task() {
    return Task.parse(taskJson(TASK), name -> SHAPE);
  }

  /** An adapter that fits, with a golden answer. */
  public static AdapterDirectory.Content adapter(String id, float gain) {
    return adapter(id, gain, 0);
  }

  /** An adapter whose file is made larger by a note of that many characters. */
  static AdapterDirectory.Content adapter(String id, float gain, int note) {
    var tensors =
        Map.of(ClosedFormNetworks.GAIN, new FloatTensor(new int[] {1}, new float[] {gain}));
    byte[] file =
        Safetensors.encode(
            tensors, Safetensors.Storage.F32, Map.of("id", id, "note", "x".repeat(note)));
    var task = task();
    var config = network(AdapterFeatures.channels(AdapterForm.PAPER, task.operator()));
    var networks = new ClosedFormNetworks();
    Optional<GoldenCheck> golden;
    try (var network = networks.open(config)) {
      golden =
          Optional.of(
              GoldenCheck.record(
                  network,
                  new AdapterWeights(tensors),
                  SHAPE,
                  AdapterFeatures.channels(AdapterForm.PAPER, task.operator()),
                  7));
    }
    var nothing = JsonNodeFactory.instance.objectNode();
    var manifest =
        new AdapterManifest(
            id,
            TASK,
            SHAPE,
            task.operator().spec(),
            Operators.fingerprint(task.operator()),
            config,
            PRIOR.name(),
            PRIOR.fingerprint(),
            AdapterVerifier.sha256(file),
            1,
            AdapterFeatures.DEFAULT_CLIP,
            AdapterForm.PAPER,
            Float.isFinite(gain) ? golden : Optional.empty(),
            nothing,
            nothing);
    return new AdapterDirectory.Content(manifest, file);
  }

  /** The adapter with one field of its manifest replaced. */
  static AdapterDirectory.Content with(
      AdapterDirectory.Content adapter, String field, Object value) {
    var json = (ObjectNode) json(adapter.manifest().toJson());
    json.set(field, new ObjectMapper().valueToTree(value));
    return new AdapterDirectory.Content(
        AdapterManifest.parse(json.toString()), adapter.weightsFile());
  }

  /** A control plane that ships the task, ready. */
  public static ControlPlane start(Map<String, Object> kafka, Serdes serdes, Topics topics) {
    var settings = ControlSettings.of(kafka, serdes, topics, "instance-1", BatchSizes.upTo(2));
    var plane =
        ControlPlane.start(
            settings, List.of(task()), PRIORS, new ClosedFormNetworks(), CanaryRollback.NONE);
    plane.awaitReady(Duration.ofSeconds(60));
    return plane;
  }

  /** The adapter, ready to serve. */
  static LoadedAdapter loaded(String id, ReferenceCount leases) {
    var adapter = adapter(id, 1);
    var network = new ClosedFormNetworks().open(adapter.manifest().network());
    var hTransform =
        new LearnedHTransform(
            network,
            adapter.weights(),
            adapter.manifest().features(task().operator()),
            SHAPE,
            BatchSizes.upTo(2));
    return new LoadedAdapter(adapter.manifest(), hTransform, network, leases);
  }

  static AdapterRef ref(AdapterDirectory.Content adapter) {
    return new AdapterRef(
        adapter.manifest().adapterId(),
        adapter.manifest().toJson(),
        adapter.manifest().weightsSha256(),
        (long) adapter.weightsFile().length,
        1,
        null);
  }

  public static AdapterControl.Builder control(Serve serve) {
    return AdapterControl.newBuilder()
        .setTask(TASK)
        .setServe(serve)
        .setIssuedAt(Instant.ofEpochMilli(0))
        .setIssuedBy("test");
  }

  private static UNetConfig network(int features) {
    return UNetConfig.parse(
        json(
            """
            {"_class_name": "UNet2DModel", "sample_size": 4, "in_channels": %d, "out_channels": 1,
             "block_out_channels": [8], "down_block_types": ["DownBlock2D"],
             "up_block_types": ["UpBlock2D"], "norm_num_groups": 4}
            """
                .formatted(features)));
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static List<String> describe(List<StatusEvent> reports) {
    return reports.stream()
        .map(report -> report.adapterId().orElse("-") + " " + report.state())
        .toList();
  }

  record NamedPrior(String name, String fingerprint) implements Prior {
    @Override
    public ImageShape imageShape() {
      return SHAPE;
    }

    @Override
    public NoiseSchedule schedule() {
      return NoiseSchedule.linear(1000, 1e-4, 2e-2);
    }

    @Override
    public long parameters() {
      return 1;
    }

    @Override
    public String device() {
      return "none";
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      return xt.clone();
    }

    @Override
    public void close() {}
  }
}
