package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class SavedModelsTest {
  @TempDir Path root;
  private final AtomicInteger built = new AtomicInteger();

  @BeforeAll
  static void start() {
    TensorFlowBackend.start(SessionOptions.standard());
  }

  private SavedModels.Model doubling(Graph graph) {
    built.incrementAndGet();
    var tf = Ops.create(graph);
    var x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
    var factor = tf.variable(Shape.scalar(), TFloat32.class);
    return new SavedModels.Model(
        Map.of(Signatures.INPUT, x),
        tf.math.mul(x, factor),
        Map.of(factor.op().name(), new FloatTensor(new int[0], new float[] {2})));
  }

  private Path get() {
    return SavedModels.get(root, "doubling", this::doubling);
  }

  @Test
  void shouldBuildOnceAndForEverybody() throws Exception {
    Path model = get();
    assertThat(get()).isEqualTo(model);
    assertThat(built).hasValue(1);
    assertThat(Files.getPosixFilePermissions(model))
        .isEqualTo(Files.getPosixFilePermissions(model.resolve("variables")))
        .contains(PosixFilePermission.OWNER_WRITE);
    try (var network = new DjlNetwork("doubling", model, SessionOptions.standard())) {
      assertThat(
              network.predict(2, DjlNetwork.Input.floats(Signatures.INPUT, new float[] {1, 3}, 2)))
          .containsExactly(2, 6);
    }
  }

  @Test
  void shouldWriteNothingWhereTheModelIsThere() throws Exception {
    get();
    Files.delete(root.resolve("doubling.lock"));
    get();
    try (var left = Files.list(root)) {
      assertThat(left.map(f -> f.getFileName().toString())).containsExactly("doubling");
    }
  }

  @Test
  void shouldBuildAnewWhatWasCutOrCleanedAway() throws Exception {
    Path model = get();
    Files.write(model.resolve("saved_model.pb"), new byte[] {1, 2});
    get();
    assertThat(built).hasValue(2);
    try (var files = Files.walk(model.resolve("variables"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    get();
    assertThat(built).hasValue(3);
    try (var left = Files.list(root)) {
      assertThat(left.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("doubling", "doubling.lock");
    }
  }

  @Test
  void shouldSayInOneLineThatAGraphCannotBeWritten() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "in the way");
    assertThatThrownBy(() -> SavedModels.get(file.resolve("graphs"), "doubling", this::doubling))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("DEFTSTREAM_CACHE");
  }

  @Test
  void shouldNameTheDirectoryOfAGraphThatCannotBeLoaded() throws Exception {
    Path model = get();
    Path graph = model.resolve("saved_model.pb");
    Files.write(graph, new byte[(int) Files.size(graph)]);
    assertThatThrownBy(() -> new DjlNetwork("doubling", model, SessionOptions.standard()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(model.toString());
  }
}
