package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;

class LearnedHTransformTest {
  private static final double CLIP = 1.5;
  private static final UNetConfig NETWORK = UNetConfig.parse(Example.network());

  private final Random random = new Random(1);
  private final LinearNetworks networks = new LinearNetworks();
  private final AdapterWeights weights = new AdapterWeights(Example.tensors());

  private LearnedHTransform transform(AdapterWeights with, int maxBatch) {
    return new LearnedHTransform(
        networks.open(NETWORK),
        with,
        new AdapterFeatures(AdapterForm.PAPER, CLIP, Example.OPERATOR),
        Example.SHAPE,
        BatchSizes.upTo(maxBatch));
  }

  private float[] values(int size, double scale) {
    var values = new float[size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private StepRow row() {
    return row(Example.SHAPE);
  }

  private StepRow row(ImageShape shape) {
    var unbound = Example.OPERATOR.at(shape);
    var operator = unbound.bind(unbound.drawAuxiliary(random));
    int size = shape.size();
    var measurement = BoundMeasurement.of(operator, operator.measure(values(size, 0.5)));
    return new StepRow(
        values(size, 1), values(size, 1), values(size, 3), random.nextInt(1000), 0.5, measurement);
  }

  private List<StepRow> rows(int count) {
    var rows = new ArrayList<StepRow>();
    for (int i = 0; i < count; i++) {
      rows.add(row());
    }
    return rows;
  }

  /** The definition, pixel by pixel, with the weights of {@link Example}. */
  private static float[] expected(StepRow row) {
    var y = row.measurement();
    var x0 = new float[row.x0Hat().length];
    for (int p = 0; p < x0.length; p++) {
      x0[p] = (float) Math.max(-CLIP, Math.min(CLIP, row.x0Hat()[p]));
    }
    float[] g = y.operator().likelihoodGradient(x0, y.measurement());
    int measured = y.conditioning().length / x0.length;
    var h = new float[x0.length];
    for (int p = 0; p < h.length; p++) {
      float sum = 0.1f * row.xt()[p] + 0.2f * x0[p];
      for (int c = 0; c < measured; c++) {
        sum += 0.1f * (3 + c) * y.conditioning()[p * measured + c];
      }
      sum += 0.1f * (3 + measured) * g[p];
      h[p] = (1 + row.t() / 1000f) * sum - 0.25f * g[p];
    }
    return h;
  }

  @Test
  void shouldFollowTheDefinitionForEveryRow() {
    var rows = rows(7);

    var answers = transform(weights, 4).correct(rows);

    assertThat(answers).hasSize(7);
    for (int i = 0; i < 7; i++) {
      assertThat(answers.get(i)).containsExactly(expected(rows.get(i)), within(1e-5f));
    }
  }

  /** An adapter whose network has no size: features of the whole image, its far edges mirrored. */
  @Test
  void shouldFollowTheDefinitionAtEverySize() {
    var manifest = Example.anySize(Example.manifest(Example.file(Example.tensors())));
    var transform =
        LearnedHTransform.of(
            manifest,
            networks.open(manifest.network()),
            weights,
            Example.OPERATOR,
            BatchSizes.upTo(4));
    for (var shape : List.of(new ImageShape(7, 5, 1), Example.SHAPE, new ImageShape(3, 16, 1))) {
      transform.require(shape);
      var rows = IntStream.range(0, 3).mapToObj(i -> row(shape)).toList();
      var answers = transform.correct(rows);
      for (int i = 0; i < 3; i++) {
        assertThat(answers.get(i)).containsExactly(expected(rows.get(i)), within(1e-5f));
        assertThat(transform.correct(List.of(rows.get(i))).get(0)).isEqualTo(answers.get(i));
      }
    }
    // 4 rows of 16 pixels are 1 of 35 or 48; those of its own size are padded to 4 as ever.
    assertThat(networks.batches.subList(0, 3)).containsExactly(1, 1, 1);
    assertThat(networks.sides.get(0)).containsExactly(8, 6);
    assertThatThrownBy(() -> transform.require(new ImageShape(4, 4, 3)))
        .hasMessage("the adapter takes images of 1 channels, not of 4x4x3");
  }

  private LearnedHTransform served(AdapterManifest manifest) {
    var network = networks.open(manifest.network());
    return LearnedHTransform.of(manifest, network, weights, Example.OPERATOR, BatchSizes.upTo(4));
  }

  @Test
  void shouldSayWhatAComposedStepNeedsOfTheStandardForm() {
    var paper = Example.anySize(Example.manifest(Example.file(Example.tensors())));
    var standard = Example.with(paper, "form", AdapterForm.STANDARD.toJson());
    var transform = served(standard);

    // 0.02^2 0.2 / 0.8
    assertThat(transform.proximalWeight(Example.OPERATOR, 0.2).orElseThrow())
        .isEqualTo(1e-4, within(1e-12));
    var learned = transform.learnedEstimate().orElseThrow();
    assertThat(learned.network()).isEqualTo(standard.network());
    assertThat(learned.weights()).isEqualTo(weights.tensors());
    assertThat(learned.clip()).isEqualTo(CLIP);
    assertThat(transform.learnedEstimate()).hasValue(learned);
    assertThat(served(standard).learnedEstimate()).isNotEqualTo(Optional.of(learned));
  }

  @Test
  void shouldLeaveOtherFormsAndImagesThatArePaddedToTheHost() {
    var paper = Example.anySize(Example.manifest(Example.file(Example.tensors())));
    var recurrent = Example.with(paper, "form", AdapterForm.RECURRENT.toJson());
    for (var manifest : List.of(paper, recurrent)) {
      assertThat(served(manifest).proximalWeight(Example.OPERATOR, 0.2)).isEmpty();
      assertThat(served(manifest).learnedEstimate()).isEmpty();
    }
    var standard = served(Example.with(paper, "form", AdapterForm.STANDARD.toJson()));
    var padded = Example.OPERATOR.at(new ImageShape(7, 6, 1));
    assertThat(standard.proximalWeight(padded, 0.2)).isEmpty();
    var whole = Example.OPERATOR.at(new ImageShape(8, 6, 1));
    assertThat(standard.proximalWeight(whole, 0.2)).isPresent();
  }

  @Test
  void shouldNameBothSidesOfAnImageOfAnotherSize() {
    assertThatThrownBy(() -> transform(weights, 1).require(new ImageShape(8, 4, 1)))
        .hasMessage(
            "the adapter takes images of 4x4x1 only, the shape of its training, not of 8x4x1");
  }

  @Test
  void shouldSplitAndPadToTheAllowedSizes() {
    var transform = transform(weights, 4);

    transform.correct(rows(7));
    transform.correct(rows(1));

    // 7 rows are 4 and 3, and 3 are padded to 4.
    assertThat(networks.batches).containsExactly(4, 4, 1);
  }

  @Test
  void shouldAnswerARowTheSameBesideOtherNeighbours() {
    var row = row();
    var alone = transform(weights, 8).correct(List.of(row)).get(0);

    var beside = rows(5);
    beside.add(row);

    assertThat(transform(weights, 8).correct(beside).get(5)).isEqualTo(alone);
  }

  @Test
  void shouldWarmUpEveryBatchSize() {
    transform(weights, 6).warmUp();

    assertThat(networks.batches).containsExactly(1, 2, 4, 6);
  }

  @Test
  void shouldRefuseANetworkThatIsNotFiniteAtZero() {
    var nan =
        new AdapterWeights(
            Map.of(
                LinearNetworks.MIX,
                weights.tensors().get(LinearNetworks.MIX),
                LinearNetworks.SCALE,
                new FloatTensor(new int[] {1}, new float[] {Float.POSITIVE_INFINITY})));

    assertThatThrownBy(transform(nan, 1)::warmUp)
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("NaN to zeros at batch size 1");
  }

  @Test
  void shouldReproduceAGoldenAnswerAndRefuseAnother() {
    var network = networks.open(NETWORK);
    var golden = GoldenCheck.record(network, weights, Example.SHAPE, Example.FEATURES, 42);
    var read =
        AdapterManifest.parse(
                Example.with(
                        Example.manifest(Example.file(Example.tensors())),
                        "golden",
                        golden.toJson())
                    .toJson())
            .golden()
            .orElseThrow();

    read.verify(network, weights, Example.SHAPE, Example.FEATURES);

    assertThat(read.output()).isEqualTo(golden.output());
    var tensors = Example.tensors();
    tensors.get(LinearNetworks.MIX).data()[2] += 0.05f;
    assertThatThrownBy(
            () ->
                read.verify(network, new AdapterWeights(tensors), Example.SHAPE, Example.FEATURES))
        .isInstanceOf(AdapterRefusedException.class)
        .hasMessageContaining("answered differently here");
    tensors.get(LinearNetworks.MIX).data()[2] = Float.NaN;
    assertThatThrownBy(
            () ->
                read.verify(network, new AdapterWeights(tensors), Example.SHAPE, Example.FEATURES))
        .isInstanceOf(AdapterRefusedException.class);
  }
}
