package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** A SavedModel whose answer is known, {@code 0.5 x + t / 1000}, channels first, of any size. */
class SavedModelImportTest {
  private static final TensorFlowBackend BACKEND =
      TensorFlowBackend.start(new SessionOptions(1, false));

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeAModel() throws Exception {
    model = folder.resolve("denoiser");
    try (var graph = new Graph();
        var session = new Session(graph)) {
      var tf = Ops.create(graph);
      var x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 1, -1, -1)));
      var t = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(-1)));
      var half = tf.variable(Shape.of(1), TFloat32.class);
      session.run(tf.assign(half, tf.constant(new float[] {0.5f})));
      var told =
          tf.reshape(
              tf.math.div(tf.dtypes.cast(t, TFloat32.class), tf.constant(1000f)),
              tf.constant(new int[] {-1, 1, 1, 1}));
      var signature =
          Signature.builder()
              .input("x", x)
              .input("t", t)
              .output("noise", tf.math.add(tf.math.mul(x, half), told))
              .build();
      SavedModelBundle.exporter(model.toString())
          .withTags("serve")
          .withFunction(SessionFunction.create(signature, session))
          .export();
    }
  }

  private PriorDirectory imported(Family family, Answers answers) {
    try (var opened = PriorImport.open(model, family, null, answers)) {
      new PriorWriter(opened.prior(), folder.resolve("prior"))
          .write("a prior", "denoiser", share -> {}, directory -> {});
    }
    return PriorDirectory.open(folder.resolve("prior"));
  }

  @Test
  void shouldImportASavedModelAsItIsAndAskWhatItDoesNotSay() {
    assertThatThrownBy(() -> imported(null, new Answers()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(model.toString())
        .hasMessageContaining("--size (pixels of a side to try it with); --schedule");
    assertThatThrownBy(() -> imported(Family.SAVEDMODEL, new Answers().put("--head-width", 8)))
        .isInstanceOf(UserError.class);

    var directory = imported(null, new Answers().put("--size", 32).put("--schedule", "cosine"));

    assertThat(directory.tiling()).isEqualTo(new Tiling.Direct(32));
    var shape = new ImageShape(32, 64, 1);
    var x = new float[2 * shape.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 7;
    }
    int[] t = {10, 500};
    try (var prior = BACKEND.openPrior(directory)) {
      float[] answer = prior.predictNoise(x, t, shape);
      float[] product = prior.vectorJacobian(x, t, x, shape);

      for (int i = 0; i < x.length; i++) {
        assertThat(answer[i]).isCloseTo(x[i] / 2 + t[i / shape.size()] / 1000f, offset(1e-5f));
        assertThat(product[i]).isCloseTo(x[i] / 2, offset(1e-5f));
      }
    }
  }

  @Test
  void shouldSayWhatIsNoSavedModel() {
    model = folder;
    assertThatThrownBy(() -> imported(Family.SAVEDMODEL, new Answers()))
        .isInstanceOf(UserError.class)
        .hasMessage(folder + ": saved_model.pb is missing");
  }
}
