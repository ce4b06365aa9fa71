package org.deftstream.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.deftstream.deft.engine.OutOfDeviceMemoryException;
import org.deftstream.deft.evaluation.StepParts;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.RandomNetwork;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.tensorflow.TensorFlowDevice;
import org.deftstream.deft.text.JsonText;
import org.deftstream.trainer.models.ModelFiles;

/** Steps per second and what their parts take, as tables in Markdown. */
final class DoctorBench {
  private static final int RUNS = 3;

  /** What an image of a large network takes beside the weights, by its largest layers. */
  private static final int LAYERS_AT_ONCE = 12;

  private static final long BYTES_OF_WEIGHTS = 3L * Float.BYTES;

  /** The network of the DDPM paper's 256x256 pictures, at 512x512 in grey. */
  private static final String GREY_512 =
      """
      {"_class_name": "UNet2DModel", "sample_size": 512, "in_channels": 1, "out_channels": 1,
       "block_out_channels": [128, 128, 256, 256, 512, 512], "layers_per_block": 2,
       "attention_head_dim": null, "downsample_padding": 0,
       "down_block_types": ["DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D",
                            "AttnDownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D",
                          "UpBlock2D"]}""";

  /** The size of the published priors of faces at 256x256. */
  private static final String COLOUR_256 =
      """
      {"_class_name": "UNet2DModel", "sample_size": 256, "in_channels": 3, "out_channels": 3,
       "block_out_channels": [128, 128, 256, 256, 512, 512], "layers_per_block": 1,
       "attention_head_dim": 64, "resnet_time_scale_shift": "scale_shift",
       "downsample_type": "resnet", "upsample_type": "resnet",
       "down_block_types": ["ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D",
                            "ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D",
                            "AttnDownBlock2D", "ResnetDownsampleBlock2D"],
       "up_block_types": ["ResnetUpsampleBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D",
                          "ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D",
                          "ResnetUpsampleBlock2D"]}""";

  private final ModelFiles models;
  private final SessionOptions options;
  private final TensorFlowBackend backend;

  DoctorBench(ModelFiles models, SessionOptions options, TensorFlowBackend backend) {
    this.models = models;
    this.options = options;
    this.backend = backend;
  }

  /** Prints the tables. */
  void run(PrintWriter out, int batch, boolean large) {
    out.printf(
        "%n%s, TensorFlow %s on %s, %d processors, Java %s.%n%n",
        System.getProperty("os.arch"),
        TensorFlowDevice.version(),
        TensorFlowDevice.gpus() > 0 ? "a GPU" : "the processor",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"));
    row(
        out,
        List.of(
            "task",
            "image",
            "batch",
            "steps per second",
            "ms an image",
            "prior",
            "operator",
            "features",
            "noise",
            "solver"));
    row(out, List.of("---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:"));
    var priors = new TreeMap<String, Prior>();
    try {
      for (var task : models.tasks()) {
        var prior =
            priors.computeIfAbsent(task.prior(), name -> backend.openPrior(models.prior(name)));
        for (int rows : batch == 1 ? new int[] {1} : new int[] {1, batch}) {
          row(out, parts(task, prior, rows));
        }
      }
    } finally {
      priors.values().forEach(Prior::close);
    }
    if (large) {
      out.println();
      row(out, List.of("network", "weights", "image", "batch", "steps per second", "ms an image"));
      row(out, List.of("---", "--:", "---", "--:", "--:", "--:"));
      network(out, "DDPM, grey", GREY_512, batch);
      network(out, "ADM, colour", COLOUR_256, batch);
    }
  }

  private static List<String> parts(Task task, Prior prior, int batch) {
    var measurement = SimulatedRecord.of(task);
    var method = task.trainingFree();
    var parts =
        StepParts.measure(
            new StepParts.Subject(prior, method.hTransform(prior), method.sampler(), measurement),
            batch,
            RUNS);
    double sum = parts.sum();
    return List.of(
        task.name() + ", " + method.method(),
        measurement.operator().imageShape().toString(),
        Integer.toString(batch),
        number(1 / sum, 1),
        number(1e3 * sum / batch, 2),
        share(parts.prior(), sum),
        share(parts.operator(), sum),
        share(parts.features(), sum),
        share(parts.noise(), sum),
        share(parts.solver(), sum));
  }

  private void network(PrintWriter out, String name, String json, int batch) {
    var config = UNetConfig.parse(JsonText.parse(json, name));
    long image =
        (long) LAYERS_AT_ONCE
            * config.sampleHeight()
            * config.sampleWidth()
            * config.blockOutChannels().get(0)
            * Float.BYTES;
    String size = config.sampleHeight() + "x" + config.sampleWidth() + "x" + config.inChannels();
    long free = DoctorMemory.available().orElse(Long.MAX_VALUE);
    boolean device = TensorFlowDevice.gpus() > 0;
    if (!device && image + 120_000_000 * BYTES_OF_WEIGHTS > free) {
      row(out, List.of(name, "", size, "1", "no memory: " + (free >> 20) + " MiB are free", ""));
      return;
    }
    try (var network = new RandomNetwork(config, options)) {
      int most = device ? batch : 1;
      for (int rows = 1; rows <= most; rows *= 4) {
        String weights = "%,d".formatted(network.parameters());
        try {
          double seconds = network.seconds(rows, RUNS);
          row(
              out,
              List.of(
                  name,
                  weights,
                  size,
                  Integer.toString(rows),
                  number(1 / seconds, 3),
                  number(1e3 * seconds / rows, 1)));
        } catch (OutOfDeviceMemoryException e) {
          row(out, List.of(name, weights, size, Integer.toString(rows), "no memory", ""));
          return;
        }
      }
    }
  }

  private static void row(PrintWriter out, List<String> cells) {
    out.println("| " + String.join(" | ", cells) + " |");
    out.flush();
  }

  private static String share(double part, double sum) {
    return number(100 * part / sum, 1) + " %";
  }

  private static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
