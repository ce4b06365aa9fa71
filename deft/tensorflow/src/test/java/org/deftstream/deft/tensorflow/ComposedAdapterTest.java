package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.tensorflow.ComposedFixture.SHAPE;
import static org.deftstream.deft.tensorflow.ComposedFixture.TOLERANCE;
import static org.deftstream.deft.tensorflow.ComposedFixture.answers;
import static org.deftstream.deft.tensorflow.ComposedFixture.greatest;
import static org.deftstream.deft.tensorflow.ComposedFixture.measured;
import static org.deftstream.deft.tensorflow.ComposedFixture.measuredAlike;
import static org.deftstream.deft.tensorflow.ComposedFixture.request;
import static org.deftstream.deft.tensorflow.ComposedFixture.sampler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Composed steps of adapters with random weights against the host's. */
class ComposedAdapterTest {
  private static final int STEPS = 8;

  /** A network of the kind of the shipped adapters. */
  private static final String NETWORK =
      """
      {"sample_size": [16, 24], "in_channels": %d, "out_channels": 2,
       "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
       "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
       "block_out_channels": [4, 8], "layers_per_block": 1,
       "downsample_padding": 0, "norm_num_groups": 2, "attention_head_dim": 4}
      """;

  @TempDir private static Path folder;
  private static ComposedFixture fixture;
  private static AdapterNetworks networks;
  private static Prior onHost;
  private static Prior inGraph;
  private static GraphSteps steps;
  private static final List<AdapterNetwork> OPEN = new ArrayList<>();

  @BeforeAll
  static void start() {
    fixture = new ComposedFixture(folder);
    networks = fixture.backend.adapterNetworks();
    onHost = fixture.onHost;
    inGraph = fixture.inGraph;
    steps = fixture.steps;
  }

  @AfterAll
  static void stop() {
    OPEN.forEach(AdapterNetwork::close);
    fixture.close();
  }

  private static UNetConfig network(int channels) {
    try {
      return UNetConfig.parse(new ObjectMapper().readTree(NETWORK.formatted(channels)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LearnedHTransform adapter(String spec, long seed) {
    var operator = OperatorTestCases.create(spec, SHAPE);
    var form = AdapterForm.STANDARD;
    return adapter(operator, form, network(AdapterFeatures.channels(form, operator)), seed);
  }

  private static LearnedHTransform adapter(
      ForwardOperator operator, AdapterForm form, NetworkConfig network, long seed) {
    var tensors = new LinkedHashMap<String, FloatTensor>();
    networks
        .weightShapes(network)
        .forEach(
            (name, shape) ->
                tensors.put(name, ComposedFixture.random(shape, seed + name.hashCode())));
    var weights = new AdapterWeights(tensors);
    var manifest =
        new AdapterManifest(
            "adapter-" + seed,
            "task",
            new ImageShape(network.sampleHeight(), network.sampleWidth(), SHAPE.channels()),
            operator.spec(),
            Operators.fingerprint(operator),
            network,
            "small",
            "ab".repeat(32),
            "cd".repeat(32),
            weights.parameters(),
            AdapterFeatures.DEFAULT_CLIP,
            form,
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            JsonNodeFactory.instance.objectNode());
    var open = networks.open(network);
    OPEN.add(open);
    return LearnedHTransform.of(manifest, open, weights, operator, BatchSizes.upTo(4));
  }

  private static void assertAlike(String spec, HTransform method, String device) throws Exception {
    var expected = ofOperator(spec, onHost, method, UnaryOperator.identity());
    var shaken = ofOperator(spec, onHost, method, ComposedFixture::shaken);
    var answers = ofOperator(spec, inGraph, method, UnaryOperator.identity());
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).device()).isEqualTo(device);
      assertThat(greatest(answers.get(i).mean(), expected.get(i).mean()))
          .isLessThan(ComposedFixture.allowed(expected.get(i), shaken.get(i)));
    }
    assertThat(steps.heldSlots()).isZero();
  }

  private static List<Reconstruction> ofOperator(
      String spec, Prior prior, HTransform method, UnaryOperator<BoundMeasurement> changed)
      throws Exception {
    var measurements = measuredAlike(spec, 3);
    var asked = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 3; i++) {
      var sampler = sampler(STEPS - 2 * i, i == 2 ? 0 : 0.3, 1 + i);
      var measurement = changed.apply(measurements.get(i));
      asked.add(request("m" + i, prior, method, measurement, sampler));
    }
    return answers(4, asked);
  }

  @ParameterizedTest
  @MethodSource("org.deftstream.deft.tensorflow.ComposedFixture#forms")
  void shouldAnswerAsTheHostDoes(String spec) throws Exception {
    var method = adapter(spec, 1);
    assertAlike(spec, method, "TensorFlow cpu, composed");
    var one = ofOperator(spec, onHost, method, UnaryOperator.identity());
    var other = ofOperator(spec, onHost, adapter(spec, 2), UnaryOperator.identity());
    assertThat(greatest(other.get(0).mean(), one.get(0).mean()))
        .as("adapters differ")
        .isGreaterThan(0.01);
  }

  /** An adapter that answers at any size, at another than that of its training. */
  @Test
  void shouldAnswerAsTheHostDoesWithANetworkOfAnySize() throws Exception {
    var operator = OperatorTestCases.create(OperatorTestCases.INPAINTING, SHAPE);
    int channels = AdapterFeatures.channels(AdapterForm.STANDARD, operator);
    var network = new ResidualUNetConfig(16, channels, 2, 2, List.of(4, 6), 1);
    var method = adapter(operator, AdapterForm.STANDARD, network, 1);
    assertAlike(OperatorTestCases.INPAINTING, method, "TensorFlow cpu, composed");
  }

  @Test
  void shouldLeaveTheRecurrentFormToTheHost() throws Exception {
    var operator = OperatorTestCases.create(OperatorTestCases.SR_2, SHAPE);
    var form = AdapterForm.RECURRENT;
    var method = adapter(operator, form, network(AdapterFeatures.channels(form, operator)), 1);
    assertAlike(OperatorTestCases.SR_2, method, "TensorFlow cpu, proximal points: graph");
  }

  /** Two adapters for each task, and the method without one, all in flight at once. */
  @Test
  void shouldAnswerTheSameWhateverIsBeside() throws Exception {
    var specs =
        List.of(
            OperatorTestCases.INPAINTING, OperatorTestCases.GAUSSIAN_BLUR, OperatorTestCases.HDR);
    try (var graph = fixture.open(OperatorPlace.GRAPH)) {
      var expected = new ArrayList<Reconstruction>();
      var together = new ArrayList<ReconstructionRequest>();
      for (int i = 0; i < 18; i++) {
        String spec = specs.get(i % 3);
        var method = i / 3 % 3 == 0 ? new DiffPir(4) : adapter(spec, i / 3 % 3);
        var sampler = sampler(STEPS - i % 2, 0.3, 1);
        var alone = request("m" + i, onHost, method, measured(spec, i), sampler);
        expected.addAll(answers(1, List.of(alone)));
        together.add(request("m" + i, graph, method, alone.measurement(), sampler));
      }
      var answers = answers(4, together);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(greatest(answers.get(i).mean(), expected.get(i).mean())).isLessThan(TOLERANCE);
      }
      assertThat(answers).anyMatch(answer -> answer.device().endsWith("composed"));
      assertThat(((GraphSteps) graph.composedSteps().orElseThrow()).heldSlots()).isZero();
    }
  }

  /** Trajectories in flight keep their adapter when new ones begin with another. */
  @Test
  void shouldKeepTheAdapterThatATrajectoryBeganWith() {
    var measurement = measured(OperatorTestCases.INPAINTING, 1);
    var before = adapter(OperatorTestCases.INPAINTING, 1);
    var after = adapter(OperatorTestCases.INPAINTING, 2);
    var alone = List.of(fixture.trip(before, measurement, 1), fixture.trip(after, measurement, 1));
    for (var trip : alone) {
      trip.step(800, 400);
      trip.step(400, 100);
    }
    var first = fixture.trip(before, measurement, 1);
    var second = fixture.trip(after, measurement, 1);
    assertThat(first.group).isNotEqualTo(second.group);
    first.step(800, 400);
    second.step(800, 400);
    first.step(400, 100);
    second.step(400, 100);
    float[] image = first.state.image();
    assertThat(image).isEqualTo(alone.get(0).state.image());
    assertThat(second.state.image()).isEqualTo(alone.get(1).state.image());
    assertThat(greatest(image, second.state.image())).isGreaterThan(0.01);
    List.of(first, second, alone.get(0), alone.get(1)).forEach(trip -> trip.state.close());
  }

  /** Whoever has the same adapter goes through one call, and the rows that fill it up harm none. */
  @Test
  void shouldAnswerARowTheSameInAPaddedBatch() {
    var method = adapter(OperatorTestCases.HDR, 1);
    var alone = fixture.trip(method, measured(OperatorTestCases.HDR, 1), 1);
    alone.step(800, 400);
    var first = fixture.trip(method, measured(OperatorTestCases.HDR, 1), 1);
    var second = fixture.trip(method, measured(OperatorTestCases.HDR, 2), 2);
    var both = List.of(second.row(400, 100), first.row(800, 400));
    assertThat(steps.step(first.group, both, 4)).containsExactly(true, true);
    assertThat(steps.step(first.group, List.of(second.row(100, 20)), 4)).containsExactly(true);
    assertThat(greatest(first.state.image(), alone.state.image())).isLessThan(TOLERANCE);
    List.of(alone, first, second).forEach(trip -> trip.state.close());
  }

  @Test
  void shouldChooseByMeasurement() throws Exception {
    var method = adapter(OperatorTestCases.SR_2, 1);
    var measurement = measured(OperatorTestCases.SR_2, 1);
    var asked = request("m", onHost, method, measurement, sampler(20, 0.3, 2));
    var expected = answers(2, List.of(asked)).get(0);
    try (var chooses = fixture.open(OperatorPlace.AUTO)) {
      var one = request("m", chooses, method, measurement, sampler(20, 0.3, 2));
      var answer = answers(2, List.of(one)).get(0);
      assertThat(answer.device()).endsWith(", some steps composed");
      assertThat(greatest(answer.mean(), expected.mean())).isLessThan(TOLERANCE);
    }
  }
}
