package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny adapter that is trained and validated at the command line, with the shipped prior. */
class ValidateCommandIT {
  private static final Path MODELS = Path.of("..", "..", "deft", "models");
  private static final int SIDE = 32;
  private static final String NETWORK =
      """
      {"_class_name": "UNet2DModel", "layers_per_block": 1, "norm_num_groups": 4,
       "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"],
       "block_out_channels": [8]}
      """;

  @TempDir private Path directory;
  private Path images;
  private Path network;

  @BeforeEach
  void writeFiles() throws IOException {
    images = Files.createDirectory(directory.resolve("images"));
    for (int i = 0; i < 8; i++) {
      var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int y = 8; y < SIDE - 8; y++) {
        for (int x = 4 + i; x < SIDE - 4 - i; x++) {
          image.getRaster().setSample(x, y, 0, 200);
        }
      }
      ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
    }
    network = Files.writeString(directory.resolve("network.json"), NETWORK);
  }

  private String train(String... more) {
    String[] fixed = {
      "--models=" + MODELS,
      "--task=fashion-32/inpaint",
      "--adapter=tiny",
      "--network=" + network,
      "--images=" + images,
      "--out=" + directory.resolve("out"),
      "--steps=2",
      "--batch=4"
    };
    return CommandRun.train(fixed, more);
  }

  private String validate(String... more) {
    String[] fixed = {
      "--models=" + MODELS, directory.resolve("out/adapter").toString(), "--images=" + images
    };
    return CommandRun.of(new ValidateCommand(), fixed, more);
  }

  private AdapterDirectory.Content adapter() {
    return AdapterDirectory.read(directory.resolve("out/adapter"));
  }

  @Test
  void shouldStateTheValidatedRangeAfterTrainingAndLater() {
    assertThat(train("--validation=4:8")).startsWith("all images are trained on");
    assertThat(train("--range=0:5", "--validation=4:8")).contains("have images in common");
    assertThat(train("--range=0:4", "--validation=4:9")).startsWith("range 4:9 does not lie");
    assertThat(directory.resolve("out")).doesNotExist();

    assertThat(train("--range=0:4", "--validation=4:8")).isEmpty();
    var trained = adapter().manifest();
    var validation = trained.validation();
    assertThat(validation.path("pairs").asInt()).isEqualTo(4);
    assertThat(validation.path("images").asText()).isEqualTo("images, 64 of 4:8");
    assertThat(validation.path("sampler").asText()).startsWith("ddim steps=20");
    assertThat(validation.path("psnr").asDouble())
        .isBetween(validation.path("psnrLow").asDouble(), validation.path("psnrHigh").asDouble());
    double low = validation.at("/residual/low").asDouble();
    assertThat(low).isPositive();
    assertThat(validation.at("/residual/high").asDouble()).isGreaterThan(low);

    assertThat(validate("--validation=4:6")).isEmpty();
    var again = adapter().manifest();
    assertThat(again.validation().path("pairs").asInt()).isEqualTo(2);
    assertThat(again.judged("tiny", trained.sampler().orElseThrow(), validation).toJson())
        .isEqualTo(trained.toJson());

    assertThat(validate("--validation=4:6", "--sampler={\"steps\":3,\"noiseLevel\":1}")).isEmpty();
    var faster = adapter().manifest();
    assertThat(faster.sampler().orElseThrow().describe())
        .isEqualTo(faster.validation().path("sampler").asText())
        .startsWith("ddim steps=3 ");
    assertThat(validate("--validation=4:6", "--sampler={\"steps\":0}")).contains("steps");

    assertThat(validate("--validation=4-6")).contains("FROM:TO is right");
  }
}
