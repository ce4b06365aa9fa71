package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Fixtures;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of every family, as PyTorch wrote them, answer here as they do there. */
class PriorImportTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;

  private static Answers adm(int head, String order) {
    return new Answers()
        .put("--size", 8)
        .put("--head-width", head)
        .put("--qkv-order", order)
        .put("--schedule", "linear");
  }

  private void imported(Path source, Family like, Answers answers, Consumer<PriorDirectory> check) {
    try (var opened = PriorImport.open(source, like, null, answers)) {
      var writer = new PriorWriter(opened.prior(), folder.resolve("prior"));
      writer.write("a prior", "a file", share -> assertThat(share).isBetween(0.0, 1.0), check);
    }
  }

  private void answersAsPyTorch(String fixture, String file, Family like, Answers answers) {
    var expected = Safetensors.read(Fixtures.path(fixture + "/expected.safetensors")).tensors();
    float[] t = expected.get("timesteps").data();
    int[] timesteps = {(int) t[0], (int) t[1], (int) t[2]};

    imported(
        Fixtures.path(fixture + "/" + file),
        like,
        answers,
        directory -> {
          try (var prior =
              TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
            float[] answer = prior.predictNoise(expected.get("input").data(), timesteps);

            assertClose(answer, expected.get("output").data());
          }
        });

    assertThat(folder.resolve("prior")).isDirectory();
    assertThat(PriorDirectory.open(folder.resolve("prior")).name()).isEqualTo("a prior");
    assertThat(folder).isDirectoryNotContaining(p -> p.getFileName().toString().startsWith("."));
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    assertThat(worst).isLessThan(TOLERANCE);
  }

  @Test
  void shouldImportAdmWithLegacyRowsAndALearnedVariance() {
    answersAsPyTorch("adm", "model.pt", null, adm(8, "legacy"));
  }

  @Test
  void shouldImportAdmWithNewRowsAndConvolutionsThatResample() {
    answersAsPyTorch("adm-new-order", "ema_0.9999_010000.pt", Family.ADM, adm(16, "new"));
  }

  @Test
  void shouldImportDdpmFromTheListOfATraining() {
    var answers = new Answers().put("--size", 8).put("--schedule", "linear");
    answersAsPyTorch("ddpm", "ckpt.pth", null, answers);
  }

  @Test
  void shouldImportAFolderOfDiffusersWithPickledWeightsAndALearnedVariance() throws Exception {
    for (String file : new String[] {"diffusers", "diffusers-shards"}) {
      answersAsPyTorch(file, ".", null, new Answers());
      try (var files = Files.walk(folder.resolve("prior"))) {
        for (Path old : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(old);
        }
      }
    }
  }

  @Test
  void shouldTakeTheFolderOfTheRunningAverageUnlessToldOtherwise() throws Exception {
    Path training = folder.resolve("checkpoint-1000");
    for (String unet : new String[] {"unet", "unet_ema"}) {
      Files.createDirectories(training.resolve(unet));
      Path weights = training.resolve(unet + "/diffusion_pytorch_model.bin");
      Files.copy(Fixtures.path("diffusers/diffusion_pytorch_model.bin"), weights);
      String config = Files.readString(Fixtures.path("diffusers/config.json"));
      Files.writeString(
          training.resolve(unet + "/config.json"),
          unet.equals("unet")
              ? config.replace("\"dropout\": 0.0", "\"dropout\": 0.25")
              : config.replace("\"dropout\": 0.0", "\"decay\": 0.9999, \"dropout\": 0.5"));
    }
    for (String key : new String[] {null, "unet", "unet_ema"}) {
      var answers = new Answers().put("--schedule", "linear");
      try (var opened = PriorImport.open(training, null, key, answers)) {
        assertThat(opened.prior().network().dropout()).isEqualTo("unet".equals(key) ? 0.25 : 0.5);
      }
    }
  }

  @Test
  void shouldAskHowANetworkWasTrainedThatWasSavedWithoutItsScheduler() throws Exception {
    Path alone = Files.createDirectories(folder.resolve("alone"));
    for (String file : new String[] {"config.json", "diffusion_pytorch_model.bin"}) {
      Files.copy(Fixtures.path("diffusers/" + file), alone.resolve(file));
    }
    assertThatThrownBy(() -> PriorImport.open(alone, null, null, new Answers()).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(alone.toString())
        .hasMessageContaining("no scheduler_config.json")
        .hasMessageContaining("--schedule linear, scaled_linear or cosine");

    imported(
        alone,
        null,
        new Answers().put("--schedule", "cosine").put("--predicts", "v"),
        directory -> {
          assertThat(directory.scheduler())
              .isEqualTo(new BetaSchedule(1000, 1e-4, 2e-2, "squaredcos_cap_v2", Prediction.V));
        });
  }

  @Test
  void shouldAskForEverythingThatCannotBeSeenAtOnce() {
    refused(
        "adm/model.pt", null, new Answers(), "--size", "--head-width", "--qkv-order", "--schedule");
    refused("ddpm/ckpt.pth", null, new Answers(), "--size", "--schedule");
  }

  @Test
  void shouldRefuseAnswersThatNobodyAskedFor() {
    refused(
        "ddpm/ckpt.pth",
        null,
        new Answers().put("--size", 8).put("--schedule", "linear").put("--head-width", 8),
        "--head-width says nothing about");
    refused("adm/model.pt", null, adm(8, "old"), "--qkv-order is old; understood: ");
    refused("adm/model.pt", null, adm(7, "legacy"), "--head-width is 7", "32 channels");
    refused(
        "adm/model.pt",
        null,
        new Answers()
            .put("--size", 9)
            .put("--head-width", 8)
            .put("--qkv-order", "new")
            .put("--schedule", "linear"),
        "sample_size 9 x 9 must be a multiple of 2");
  }

  @Test
  void shouldSayWhatACheckpointIsThatIsOfAnotherFamily() {
    refused("adm/model.pt", Family.DDPM, new Answers(), "no checkpoint like ddpm", "temb.dense.0");
    refused("containers/zip.pt", null, new Answers(), "no family that is known: adm, ddpm");
    refused("adm", Family.ADM, new Answers(), "is a folder");
    refused("adm", null, new Answers(), "unet/config.json is missing");
    refused("diffusers/diffusion_pytorch_model.bin", null, new Answers(), "config.json");
  }

  private static void refused(String source, Family like, Answers answers, String... words) {
    Path path = Fixtures.path(source);
    assertThatThrownBy(() -> PriorImport.open(path, like, null, answers).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(path.toString())
        .message()
        .contains(words);
  }

  @Test
  void shouldLeaveNothingBehindWhereTheCheckFails() throws Exception {
    assertThatThrownBy(
            () ->
                imported(
                    Fixtures.path("adm/model.pt"),
                    null,
                    adm(8, "legacy"),
                    directory -> {
                      throw new UserError("it answers with nonsense");
                    }))
        .hasMessage("it answers with nonsense");

    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void shouldNotWriteOverAPrior() throws Exception {
    Files.createDirectories(folder.resolve("prior/unet"));

    assertThatThrownBy(
            () -> imported(Fixtures.path("adm/model.pt"), null, adm(8, "legacy"), d -> {}))
        .hasMessageContaining("is there already");
  }
}
