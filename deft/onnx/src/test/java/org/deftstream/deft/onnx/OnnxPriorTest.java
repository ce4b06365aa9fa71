package org.deftstream.deft.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.prior.Answers;
import org.deftstream.deft.checkpoint.prior.PriorImport;
import org.deftstream.deft.checkpoint.prior.PriorWriter;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.DruNetConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.RandomPrior;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prior that leaves as a model of ONNX and comes back answers as it did. */
class OnnxPriorTest {
  private static final TensorFlowBackend BACKEND =
      TensorFlowBackend.start(new SessionOptions(1, false));

  @TempDir private Path folder;
  private PriorDirectory first;
  private Path model;

  @BeforeEach
  void exportAPrior() {
    var network = new DruNetConfig(32, 1, List.of(4, 8), 1);
    first =
        RandomPrior.write(
            folder.resolve("first"),
            BACKEND.adapterNetworks(),
            network,
            SigmaSchedule.denoiser(50, 0.05, 10));
    model = folder.resolve("prior.onnx");
    BACKEND.exportPrior(first, model);
  }

  private PriorDirectory imported(Answers answers) {
    try (var opened = PriorImport.open(model, null, null, answers)) {
      new PriorWriter(opened.prior(), folder.resolve("second"))
          .write("second", "prior.onnx", share -> {}, directory -> {});
    }
    return PriorDirectory.open(folder.resolve("second"));
  }

  @Test
  void shouldAnswerAtAnySizeAsThePriorThatItWas() {
    var directory = imported(new Answers().put("--size", 32));
    assertThat(directory.tiling()).isEqualTo(new Tiling.Direct(32));
    var shape = new ImageShape(64, 32, 1);
    int[] t = {0, 20, 49};
    float[] x = RandomPrior.gaussian(t.length * shape.size(), 3);
    // Opened by the one door that everything is opened by.
    try (var was = BACKEND.openPrior(first);
        var is = BACKEND.openPrior(directory)) {
      float[] expected = was.predictNoise(x, t, shape);

      float[] answer = is.predictNoise(x, t, shape);

      assertThat(is.device()).isEqualTo("ONNX Runtime cpu");
      for (int step : t) {
        assertThat(is.schedule().alphaBar(step) / was.schedule().alphaBar(step))
            .isBetween(1 - 1e-9, 1 + 1e-9);
      }
      RandomPrior.assertClose(answer, expected, 1e-4);
    }
  }

  @Test
  void shouldRefuseMethodsThatNeedAGradientByName() {
    try (var prior = BACKEND.openPrior(imported(new Answers().put("--size", 32)))) {
      RandomPrior.assertNoGradient(prior);
    }
  }

  @Test
  void shouldRefuseWhatIsNoModelOfAPrior() throws Exception {
    assertThatThrownBy(() -> imported(new Answers()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--size (pixels of a side to try it with)");
    // Weights that lie elsewhere on the machine are not fetched.
    byte[] sound = Files.readAllBytes(model);
    String text = new String(sound, StandardCharsets.ISO_8859_1);
    Files.write(
        model,
        text.replace("prior.onnx.data", "../../../etc/ab").getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> imported(new Answers().put("--size", 32)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("does not lie beside it: '../../../etc/ab'");
    var random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] changed = sound.clone();
      for (int c = 1 << random.nextInt(5); c > 0; c--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      Files.write(model, changed);
      try (var opened = PriorImport.open(model, null, null, new Answers().put("--size", 32))) {
        assertThat(opened.prior().network()).isNotNull();
      } catch (UserError e) {
        assertThat(e.getMessage()).contains(model.toString()).doesNotContain("\n");
      }
    }
    Files.delete(model);
    Files.writeString(model, "hello");
    assertThatThrownBy(() -> imported(new Answers()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(model.toString());
  }
}
