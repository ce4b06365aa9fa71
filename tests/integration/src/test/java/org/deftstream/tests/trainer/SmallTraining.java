package org.deftstream.tests.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Platform;

/**
 * A task and a trainer for it, so small that a refresh takes seconds. The training-free method of
 * the task hardly looks at its measurements, so that a tiny network beats it after a few steps.
 * Stateless.
 */
public final class SmallTraining {
  private static final String DEFINITION =
      """
      {"name": "%s", "prior": "fashion-32",
       "operator": {"kind": "inpainting",
         "mask": {"type": "free-form", "leastHidden": 0.3, "mostHidden": 0.6},
         "noise": {"type": "gaussian", "sigma": 0.02}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1000000},
         "sampler": {"steps": 3, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 3, "noise": "zeta", "noiseLevel": 1}}}
      """;

  private static final String NETWORK =
      """
      {"_class_name": "UNet2DModel", "layers_per_block": 1, "norm_num_groups": 4,
       "down_block_types": ["DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D"], "block_out_channels": [8, 8]}
      """;

  private SmallTraining() {}

  /** The task's definition. */
  public static String definition(String task) {
    return DEFINITION.formatted(task);
  }

  /**
   * Settings of the trainer.
   *
   * @param directory takes its network, and {@code trainer}
   * @param pairs new ones after which a refresh begins
   */
  public static Map<String, String> settings(
      Platform platform, Installation installation, Path directory, int pairs) throws IOException {
    Map<String, String> settings = new HashMap<>(installation.settings());
    settings.put("bootstrap.servers", platform.bootstrapServers());
    settings.put("schema.registry.url", platform.registryUrl());
    settings.put("models.dir", Path.of("..", "..", "deft", "models").toString());
    settings.put("trainer.dir", directory.resolve("trainer").toString());
    settings.put(
        "trainer.network",
        Files.writeString(directory.resolve("network.json"), NETWORK).toString());
    settings.put("trainer.refresh.pairs", Integer.toString(pairs));
    settings.put("trainer.refresh.training.min", "10");
    settings.put("trainer.refresh.validation.min", "4");
    settings.put("trainer.validation.share", "0.3");
    settings.put("trainer.validation.pairs.max", "8");
    settings.put("trainer.steps", "120");
    // Other tests run beside this one and would leave a trainer of low priority nothing.
    settings.put("trainer.nice", "0");
    settings.put("trainer.batch", "4");
    settings.put("trainer.checkpoint.seconds", "1");
    return settings;
  }
}
