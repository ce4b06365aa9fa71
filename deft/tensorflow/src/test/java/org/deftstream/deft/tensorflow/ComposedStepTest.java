package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.deft.tensorflow.ComposedFixture.SHAPE;
import static org.deftstream.deft.tensorflow.ComposedFixture.TOLERANCE;
import static org.deftstream.deft.tensorflow.ComposedFixture.allowed;
import static org.deftstream.deft.tensorflow.ComposedFixture.answers;
import static org.deftstream.deft.tensorflow.ComposedFixture.forms;
import static org.deftstream.deft.tensorflow.ComposedFixture.greatest;
import static org.deftstream.deft.tensorflow.ComposedFixture.measured;
import static org.deftstream.deft.tensorflow.ComposedFixture.measuredAlike;
import static org.deftstream.deft.tensorflow.ComposedFixture.options;
import static org.deftstream.deft.tensorflow.ComposedFixture.sampler;
import static org.deftstream.deft.tensorflow.ComposedFixture.shaken;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.engine.Reconstruction;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.prior.ComposedSteps;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.tensorflow.ComposedFixture.Trip;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Composed steps of a small network with random weights against the host's. */
class ComposedStepTest {
  private static final int STEPS = 12;

  @TempDir private static Path folder;
  private static ComposedFixture fixture;
  private static Prior onHost;
  private static Prior inGraph;
  private static GraphSteps steps;
  private static final DiffPir METHOD = new DiffPir(4);

  @BeforeAll
  static void start() {
    fixture = new ComposedFixture(folder);
    onHost = fixture.onHost;
    inGraph = fixture.inGraph;
    steps = fixture.steps;
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static Trip trip(BoundMeasurement measurement) {
    return fixture.trip(METHOD, measurement, 1);
  }

  private static ReconstructionRequest request(
      String id, Prior prior, BoundMeasurement measurement, SamplerSettings sampler) {
    return ComposedFixture.request(id, prior, METHOD, measurement, sampler);
  }

  @ParameterizedTest
  @MethodSource("org.deftstream.deft.tensorflow.ComposedFixture#forms")
  void shouldAnswerAsTheHostDoes(String spec) throws Exception {
    var measurements = measuredAlike(spec, 3);
    var host = new ArrayList<ReconstructionRequest>();
    var rounded = new ArrayList<ReconstructionRequest>();
    var graph = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 3; i++) {
      var measurement = measurements.get(i);
      var sampler = sampler(STEPS - 2 * i, i == 2 ? 0 : 0.3, 1 + i);
      host.add(request("m" + i, onHost, measurement, sampler));
      rounded.add(request("m" + i, onHost, shaken(measurement), sampler));
      graph.add(request("m" + i, inGraph, measurement, sampler));
    }
    var expected = answers(4, host);
    var shaken = answers(4, rounded);
    var answers = answers(4, graph);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).device()).isEqualTo("TensorFlow cpu, composed");
      assertThat(greatest(answers.get(i).mean(), expected.get(i).mean()))
          .isLessThan(allowed(expected.get(i), shaken.get(i)));
      assertThat(greatest(expected.get(i).mean(), expected.get((i + 1) % 3).mean()))
          .as("measurements differ")
          .isGreaterThan(0.1);
    }
    assertThat(steps.heldSlots()).isZero();
  }

  @Test
  void shouldAnswerTheSameWhateverIsBeside() throws Exception {
    var specs = forms().toList();
    var alone = new ArrayList<Reconstruction>();
    var shaken = new ArrayList<Reconstruction>();
    var together = new ArrayList<ReconstructionRequest>();
    for (int i = 0; i < 2 * specs.size(); i++) {
      var measurement = measured(specs.get(i % specs.size()), i);
      var sampler = sampler(STEPS - i % 3, 0.3, 1);
      var one = request("m" + i, inGraph, measurement, sampler);
      alone.addAll(answers(1, List.of(one)));
      shaken.addAll(answers(1, List.of(request("m" + i, onHost, shaken(measurement), sampler))));
      together.add(one);
    }
    var answers = answers(8, together);
    for (int i = 0; i < answers.size(); i++) {
      assertThat(greatest(answers.get(i).mean(), alone.get(i).mean()))
          .isLessThan(allowed(alone.get(i), shaken.get(i)));
    }
    assertThat(steps.heldSlots()).isZero();
  }

  @Test
  void shouldStepTrajectoriesThatJoinAndLeave() {
    var measurements =
        List.of(
            measured(OperatorTestCases.INPAINTING, 1), measured(OperatorTestCases.INPAINTING, 2));
    var alone = measurements.stream().map(one -> trip(one)).toList();
    for (var trip : alone) {
      trip.step(800, 400);
      trip.step(400, 100);
    }
    var first = trip(measurements.get(0));
    first.step(800, 400);
    var second = trip(measurements.get(1));
    first.move();
    var both = List.of(first.row(400, 100), second.row(800, 400));
    assertThat(steps.step(first.group, both, 4)).containsExactly(true, true);
    float[] left = first.state.image();
    first.state.close();
    second.step(400, 100);
    assertThat(greatest(left, alone.get(0).state.image())).isLessThan(TOLERANCE);
    assertThat(greatest(second.state.image(), alone.get(1).state.image())).isLessThan(TOLERANCE);
    second.state.close();
    alone.forEach(trip -> trip.state.close());
    assertThat(steps.heldSlots()).isZero();
  }

  static Stream<Arguments> operatorsWhoseArraysDiffer() {
    return Stream.of(
        Arguments.of(
            OperatorTestCases.GAUSSIAN_BLUR, OperatorTestCases.GAUSSIAN_BLUR.replace("1.5", "2.5")),
        Arguments.of(
            OperatorTestCases.MOTION_BLUR, OperatorTestCases.MOTION_BLUR.replace(":30", ":-50")));
  }

  @ParameterizedTest
  @MethodSource("operatorsWhoseArraysDiffer")
  void shouldStepOperatorsInTurnWhoseArraysDiffer(String one, String other) {
    var narrow = measured(one, 1);
    var wide = measured(other, 1);
    assertThat(steps.group(narrow.operator(), Optional.empty()))
        .isNotEqualTo(steps.group(wide.operator(), Optional.empty()));
    var expected = trip(narrow);
    expected.step(800, 400);
    expected.step(400, 100);
    var first = trip(narrow);
    var second = trip(wide);
    first.step(800, 400);
    second.step(800, 400);
    first.step(400, 100);
    second.step(400, 100);
    assertThat(greatest(first.state.image(), expected.state.image())).isLessThan(TOLERANCE);
    assertThat(greatest(first.state.image(), second.state.image())).isGreaterThan(0.01);
    List.of(expected, first, second).forEach(trip -> trip.state.close());
  }

  @Test
  void shouldSayWhichRowIsNotFiniteAndKeepTheOthers() {
    var good = trip(measured(OperatorTestCases.HDR, 1));
    var same = trip(measured(OperatorTestCases.HDR, 1));
    var bad = trip(measured(OperatorTestCases.HDR, 2));
    bad.state.close();
    var spoilt = new float[SHAPE.size()];
    Arrays.fill(spoilt, Float.NaN);
    bad.open(spoilt);
    var rows = List.of(bad.row(400, 100), good.row(400, 100));
    assertThat(steps.step(good.group, rows, 2)).containsExactly(false, true);
    same.step(400, 100);
    assertThat(greatest(good.state.image(), same.state.image())).isLessThan(TOLERANCE);
    List.of(good, same, bad).forEach(trip -> trip.state.close());
  }

  @Test
  void shouldGiveSlotsToOthersOnceTheyAreClosed() {
    var trip = trip(measured(OperatorTestCases.SR_2, 1));
    int held = steps.heldSlots();
    var row = trip.row(400, 100);
    trip.state.close();
    trip.state.close();
    assertThat(steps.heldSlots()).isEqualTo(held - 1);
    assertThatThrownBy(trip.state::image).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> steps.step(trip.group, List.of(row), 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("small is closed");
  }

  @Test
  void shouldRefuseMoreTrajectoriesThanThereIsRoomFor() {
    var measurement = measured(OperatorTestCases.DENOISING, 1);
    var trip = trip(measurement);
    var open = new ArrayList<ComposedSteps.State>();
    var x = new float[SHAPE.size()];
    var next = steps.open(trip.group, measurement, trip.noise, x);
    while (next.isPresent()) {
      open.add(next.get());
      next = steps.open(trip.group, measurement, trip.noise, x);
    }
    assertThat(open).hasSizeLessThan(256);
    open.forEach(ComposedSteps.State::close);
    assertThat(steps.open(trip.group, measurement, trip.noise, x))
        .hasValueSatisfying(ComposedSteps.State::close);
    trip.state.close();
  }

  private static Optional<ComposedSteps.State> opened(ComposedSteps all, int width) {
    var shape = new ImageShape(512, width, 2);
    var operator = OperatorTestCases.create(OperatorTestCases.DENOISING, shape);
    var measurement = BoundMeasurement.of(operator, new float[shape.size()]);
    var group = all.group(operator, Optional.empty()).orElseThrow();
    return all.open(group, measurement, CounterNoise.ofSeed(1, 0), new float[shape.size()]);
  }

  /** Each size takes nearly the most that one may, and all together may take four times that. */
  @Test
  void shouldGiveMemoryToOtherSizesOnceNoTrajectoryHoldsIt() {
    try (var graph = fixture.open(OperatorPlace.GRAPH)) {
      var all = graph.composedSteps().orElseThrow();
      var held = new ArrayList<ComposedSteps.State>();
      for (int i = 0; i < 4; i++) {
        held.add(opened(all, 512 - 4 * i).orElseThrow());
      }
      assertThat(opened(all, 496)).isEmpty();
      held.remove(2).close();
      assertThat(opened(all, 496)).hasValueSatisfying(ComposedSteps.State::close);
      assertThat(opened(all, 504)).as("in its turn").hasValueSatisfying(ComposedSteps.State::close);
      assertThat(held.get(0).image()).containsOnly(0f);
      held.forEach(ComposedSteps.State::close);
    }
  }

  /** Every number is the host's or its neighbour, and hardly any is the neighbour. */
  @Test
  void shouldDrawTheHostsNoise() {
    int size = 4095;
    long[] seeds = {0, -1, 0x123456789ABCDEFL, Long.MIN_VALUE, -7706262866961909100L};
    int[] timesteps = {0, 1, 500, 999, CounterNoise.INITIAL};
    var noises = new ArrayList<CounterNoise>();
    for (int i = 0; i < seeds.length; i++) {
      noises.add(CounterNoise.ofSeed(seeds[i], 3 * i));
    }
    float[] drawn = drawn(noises, timesteps, size);
    int neighbours = 0;
    for (int row = 0; row < seeds.length; row++) {
      var host = new float[size];
      noises.get(row).fill(host, timesteps[row]);
      for (int i = 0; i < size; i++) {
        float value = drawn[row * size + i];
        assertThat(Math.abs(value - host[i])).isLessThanOrEqualTo(Math.ulp(host[i]));
        neighbours += value == host[i] ? 0 : 1;
      }
    }
    assertThat(neighbours).isLessThan(20);
  }

  private static float[] drawn(List<CounterNoise> noises, int[] timesteps, int size) {
    int rows = noises.size();
    var counters = new long[CounterNoiseGraph.COUNTERS * rows];
    for (int i = 0; i < rows; i++) {
      long[] own = CounterNoiseGraph.counters(noises.get(i), timesteps[i]);
      for (int j = 0; j < own.length; j++) {
        counters[j * rows + i] = own[j];
      }
    }
    try (var graph = new Graph();
        var session = new Session(graph, options(OperatorPlace.GRAPH).toProto());
        var fed =
            TInt64.tensorOf(
                Shape.of(CounterNoiseGraph.COUNTERS, rows, 1),
                DataBuffers.of(counters, true, false))) {
      var tf = Ops.create(graph);
      var input = tf.placeholder(TInt64.class);
      var values =
          CounterNoiseGraph.values(
              tf,
              tf.reshape(input, tf.constant(new int[] {CounterNoiseGraph.COUNTERS, rows, 1})),
              size);
      try (var answer = session.runner().feed(input, fed).fetch(values).run()) {
        return Tensors.toFloats((TFloat32) answer.get(0));
      }
    }
  }

  @Test
  void shouldLeaveWhatCannotBeComposedToTheOthers() throws Exception {
    var fan = measured(OperatorTestCases.FAN, 5);
    assertThat(steps.group(fan.operator(), Optional.empty())).isEmpty();
    var shape = new ImageShape(480, 480, 2);
    var large = OperatorTestCases.create(OperatorTestCases.MOTION_BLUR, shape);
    assertThat(large.proximalForm()).isPresent();
    assertThat(steps.group(large, Optional.empty())).as("its matrix is too large").isEmpty();
    var odd = new ImageShape(15, 22, 2);
    var operator = OperatorTestCases.create(OperatorTestCases.DENOISING, odd);
    float[] y = OperatorTestCases.uniform(odd.size(), new Random(1));
    var one = request("odd", inGraph, BoundMeasurement.of(operator, y), sampler(3, 0.3, 1));
    assertThat(answers(1, List.of(one)).get(0).device())
        .isEqualTo("TensorFlow cpu, proximal points: graph");
  }

  @Test
  void shouldChooseByMeasurement() throws Exception {
    var measurement = measured(OperatorTestCases.SR_2, 1);
    var expected =
        answers(2, List.of(request("m", onHost, measurement, sampler(20, 0.3, 2)))).get(0);
    try (var chooses = fixture.open(OperatorPlace.AUTO)) {
      var one = request("m", chooses, measurement, sampler(20, 0.3, 2));
      var answer = answers(2, List.of(one)).get(0);
      assertThat(answer.device()).endsWith(", some steps composed");
      assertThat(greatest(answer.mean(), expected.mean())).isLessThan(TOLERANCE);
      var later = answers(2, List.of(one)).get(0);
      assertThat(later.device()).doesNotContain("some steps");
      assertThat(greatest(later.mean(), expected.mean())).isLessThan(TOLERANCE);
    }
  }

  @Test
  void shouldComposeNothingOnTheHostInBfloat16OrOnceClosed() {
    assertThat(onHost.composedSteps()).isEmpty();
    var bfloat16 = new SessionOptions(1, true).withOperators(OperatorPlace.GRAPH);
    assertThat(GraphSteps.of(fixture.directory, 1, new OperatorForms(), bfloat16)).isNull();
    var closed =
        GraphSteps.of(fixture.directory, 1, new OperatorForms(), options(OperatorPlace.GRAPH));
    var measurement = measured(OperatorTestCases.SR_2, 1);
    var group = closed.group(measurement.operator(), Optional.empty()).orElseThrow();
    closed.close();
    var x = new float[SHAPE.size()];
    assertThat(closed.open(group, measurement, CounterNoise.ofSeed(1, 0), x)).isEmpty();
  }
}
