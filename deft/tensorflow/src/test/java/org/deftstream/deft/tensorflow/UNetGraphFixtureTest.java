package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The graph builder against PyTorch: outputs, and the gradients by input and weights, because some
 * of TensorFlow's registered gradients are silently wrong.
 */
class UNetGraphFixtureTest {
  private static final double TOLERANCE = 1e-4;

  @BeforeAll
  static void startTensorFlow() {
    TensorFlowBackend.start(SessionOptions.standard());
  }

  static List<String> names() {
    return UNetFixture.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldComputeWhatPyTorchComputes(String name) {
    compare(name, false);
  }

  @Test
  void shouldComputeItAfterTensorFlowHasRewrittenTheGraph() {
    compare("attention", true);
  }

  private static void compare(String name, boolean optimised) {
    var fixture = UNetFixture.load(name);

    try (var network = new FixtureNetwork(fixture.config(), optimised)) {
      WeightSpec.refuseUnused(network.specs(), fixture.weights());
      var evaluation = network.evaluate(fixture);

      assertClose("output", evaluation.output(), fixture.values("output"));
      assertClose(
          "gradient by input", evaluation.inputGradient(), fixture.values("input_gradient"));
      float[] summaries = fixture.values("weight_gradients");
      int i = 0;
      for (var entry : evaluation.gradients().entrySet()) {
        assertSummary(entry.getKey(), entry.getValue(), summaries[2 * i], summaries[2 * i + 1]);
        i++;
      }
      assertThat(2 * i).isEqualTo(summaries.length);
    }
  }

  @Test
  void shouldRefuseAWeightThatBelongsToNoLayer() {
    var fixture = UNetFixture.load("plain");
    fixture.weights().put("up_blocks.7.conv.bias", new FloatTensor(new int[] {1}, new float[1]));

    try (var network = new FixtureNetwork(fixture.config())) {
      assertThatThrownBy(() -> WeightSpec.refuseUnused(network.specs(), fixture.weights()))
          .hasMessageContaining("up_blocks.7.conv.bias");
    }
  }

  @Test
  void shouldRefuseANetworkWithClassesWhereThereAreNoLabels() {
    var config = UNetFixture.load("class-embedding").config();

    try (var graph = new Graph()) {
      var tf = Ops.create(graph);
      var x = tf.zeros(tf.constant(new int[] {1, 8, 8, 1}), TFloat32.class);
      var t = tf.constant(new int[] {0});

      assertThatThrownBy(() -> UNetGraph.build(tf, config, new VariableWeights(tf), x, t))
          .hasMessageContaining("num_class_embeds");
    }
  }

  @Test
  void shouldRefuseAMissingWeightByName() {
    var fixture = UNetFixture.load("plain");
    fixture.weights().remove("mid_block.resnets.1.conv2.bias");

    try (var network = new FixtureNetwork(fixture.config())) {
      assertThatThrownBy(() -> network.evaluate(fixture))
          .hasMessageContaining("mid_block.resnets.1.conv2.bias");
    }
  }

  @Test
  void shouldRefuseAWeightOfAnotherShapeByName() {
    var fixture = UNetFixture.load("plain");
    fixture.weights().put("conv_in.bias", new FloatTensor(new int[] {3}, new float[3]));

    try (var network = new FixtureNetwork(fixture.config())) {
      assertThatThrownBy(() -> network.evaluate(fixture))
          .hasMessageContaining("conv_in.bias")
          .hasMessageContaining("[3]")
          .hasMessageContaining("[4]");
    }
  }

  private static void assertClose(String what, float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isFinite();
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    }
    assertThat(worst).as(what).isLessThan(TOLERANCE);
  }

  /** Compares the two numbers that the fixture keeps of a weight's gradient. */
  private static void assertSummary(String name, FloatTensor gradient, float sum, float wave) {
    double actualSum = 0;
    double actualWave = 0;
    double size = 1;
    for (int i = 0; i < gradient.data().length; i++) {
      actualSum += gradient.data()[i];
      actualWave += gradient.data()[i] * Math.cos(i);
      size += Math.abs(gradient.data()[i]);
    }
    var margin = within(TOLERANCE * size);
    assertThat(actualSum).as(name + ", sum of gradient").isCloseTo(sum, margin);
    assertThat(actualWave).as(name + ", weighted sum of gradient").isCloseTo(wave, margin);
  }
}
