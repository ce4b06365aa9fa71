package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Fixtures;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({"network-snapshot.pkl, EDM", "state.pt, "})
  void shouldImportEdmFromANetworkObjectAndFromAStateDictionary(String file, Family like) {
    var expected = Safetensors.read(Fixtures.path("edm/expected.safetensors")).tensors();
    float[] x = expected.get("input").data();
    float[] clean = expected.get("output").data();
    imported(
        Fixtures.path("edm/" + file),
        like,
        new Answers().put("--head-width", 8),
        directory -> {
          try (var prior =
              TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
            int last = prior.schedule().steps() - 1;
            int size = prior.imageShape().size();
            // The levels of the fixture are the least, one that lies between two of ours, the
            // greatest.
            for (int row : new int[] {0, 2}) {
              int t = row == 0 ? 0 : last;
              double sigma = prior.schedule().sigma(t);
              assertThat(sigma).isCloseTo(row == 0 ? 0.002 : 80, within(1e-6));
              var xt = new float[size];
              for (int i = 0; i < size; i++) {
                xt[i] = (float) (x[row * size + i] * Math.sqrt(prior.schedule().alphaBar(t)));
              }

              float[] eps = prior.predictNoise(xt, new int[] {t});

              for (int i = 0; i < size; i++) {
                double expectedNoise = (x[row * size + i] - clean[row * size + i]) / sigma;
                // What is divided by 0.002 is stored in single precision.
                double margin = row == 0 ? 1e-3 : TOLERANCE;
                assertThat((double) eps[i]).isCloseTo(expectedNoise, within(margin));
              }
            }
          }
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
