package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The prior is asked once, and its answer is used as often as was said. */
class AdapterBatchesTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final int ROWS = 3;

  /** Answers are made for so many batches at once. */
  private static final int POOL = 16;

  private final ForwardOperator operator = inpainting();
  private final CountingPrior prior = new CountingPrior(GaussianPrior.ramp(SHAPE));
  private final AdapterFeatures features =
      new AdapterFeatures(AdapterForm.PAPER, AdapterFeatures.DEFAULT_CLIP, operator);

  /** Counts the images that it is asked about. */
  private static final class CountingPrior implements Prior {
    private final Prior prior;
    private int images;

    CountingPrior(Prior prior) {
      this.prior = prior;
    }

    @Override
    public String name() {
      return prior.name();
    }

    @Override
    public String fingerprint() {
      return prior.fingerprint();
    }

    @Override
    public ImageShape imageShape() {
      return prior.imageShape();
    }

    @Override
    public NoiseSchedule schedule() {
      return prior.schedule();
    }

    @Override
    public long parameters() {
      return prior.parameters();
    }

    @Override
    public String device() {
      return prior.device();
    }

    @Override
    public float[] predictNoise(float[] xt, int[] timesteps) {
      images += timesteps.length;
      return prior.predictNoise(xt, timesteps);
    }

    @Override
    public void close() {
      prior.close();
    }
  }

  /** What a row of a batch was made of, and what was measured of it. */
  private record Row(List<Float> xt, List<Float> target, List<Float> conditioning) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void shouldUseEachAnswerOfThePriorAsOftenAsWasSaid(int reuse) {
    var batches = batches(reuse);
    int pools = 2;
    var rows = new ArrayList<Row>();
    for (int step = 0; step < pools * POOL * reuse; step++) {
      rows.addAll(rows(batches.batch(step)));
    }

    assertThat(prior.images).isEqualTo(pools * POOL * ROWS);
    var uses = new HashMap<List<Float>, List<Row>>();
    rows.forEach(row -> uses.computeIfAbsent(row.xt(), key -> new ArrayList<>()).add(row));
    assertThat(uses).hasSize(pools * POOL * ROWS);
    for (var same : uses.values()) {
      assertThat(same).hasSize(reuse);
      // One answer of the prior, and every time another measurement of the image.
      assertThat(same).extracting(Row::target).containsOnly(same.get(0).target());
      assertThat(same).extracting(Row::conditioning).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldUseAnAnswerOnceInEveryPassThroughThePool() {
    var batches = batches(3);
    for (int pass = 0; pass < 3; pass++) {
      var seen = new HashSet<List<Float>>();
      for (int step = 0; step < POOL; step++) {
        rows(batches.batch(pass * POOL + step)).forEach(row -> seen.add(row.xt()));
      }
      assertThat(seen).hasSize(POOL * ROWS);
    }
  }

  /** As a run does that goes on from a checkpoint. */
  @Test
  void shouldMakeTheSameBatchOfAStepWhereverItBegins() {
    var batches = batches(2);
    for (int step = 0; step < 40; step++) {
      batches.batch(step);
    }

    var expected = batches.batch(40);
    var found = batches(2).batch(40);

    assertThat(found.input()).isEqualTo(expected.input());
    assertThat(found.gradient()).isEqualTo(expected.gradient());
    assertThat(found.target()).isEqualTo(expected.target());
    assertThat(found.timesteps()).isEqualTo(expected.timesteps());
  }

  /** Of three rows the first looks back at one state, the second at two, the third at three. */
  @Test
  void shouldShowRowsWhatTheNetworkMakesOfTheStatesBefore() {
    var remembering =
        new AdapterFeatures(AdapterForm.RECURRENT, AdapterFeatures.DEFAULT_CLIP, operator);
    int channels = remembering.channels();
    var asked = new ArrayList<int[]>();
    var inputs = new ArrayList<float[]>();
    AdapterBatches.Estimator network =
        (input, gradients, timesteps) -> {
          asked.add(timesteps.clone());
          inputs.add(input);
          return new float[gradients.length];
        };

    var batch = batches(1, remembering, network).batch(3);

    assertThat(asked).extracting(timesteps -> timesteps.length).containsExactly(1, 2, 3);
    for (int row = 0; row < ROWS; row++) {
      int before = asked.get(2)[row];
      boolean none = before == 0;
      assertThat(none || before > batch.timesteps()[row]).isTrue();
      if (row > 0 && asked.get(1)[row - 1] != 0) {
        int gap = before - batch.timesteps()[row];
        assertThat(asked.get(1)[row - 1]).isEqualTo(before + gap);
      }
      for (int pixel = 0; pixel < SHAPE.size(); pixel++) {
        int at = (row * SHAPE.size() + pixel) * channels;
        // The answer 0 stands for the clipped x0Hat, and at it the gradient is M (y - x0Hat).
        float estimate = none ? 0 : inputs.get(2)[at + 1];
        float y = batch.input()[at + 2];
        float mask = batch.input()[at + 3];
        assertThat(batch.input()[at + channels - 2]).isEqualTo(estimate);
        assertThat(batch.input()[at + channels - 1]).isEqualTo(none ? 0 : mask * (y - estimate));
      }
    }
    assertThat(batches(1, remembering, null).batch(3).target()).isEqualTo(batch.target());
  }

  private AdapterBatches batches(int reuse) {
    return batches(reuse, features, null);
  }

  /** Operator and prior see the whole image; the network sees a region, and the loss is its. */
  @Test
  void shouldCutTheRowsOfLargerImagesOutOfWhatIsMadeOfTheWhole() {
    var crop = new ImageShape(SHAPE.height() - 1, SHAPE.width() - 1, 1);
    var whole = batches(2);
    var cropped = new AdapterBatches(prior, pairs(), ROWS, 2, features, 1, null, crop, 1);
    var places = new HashSet<Integer>();
    for (int step : new int[] {0, 3, 20}) {
      var all = whole.batch(step);
      var some = cropped.batch(step);
      assertThat(some.timesteps()).isEqualTo(all.timesteps());
      for (int r = 0; r < ROWS; r++) {
        places.add(place(all, some, crop, r));
      }
    }
    assertThat(places).doesNotContain(-1).hasSize(4);
  }

  /** Several regions of an image in a batch. */
  @Test
  void shouldAskThePriorOnceForSeveralRegionsOfAnImage() {
    var crop = new ImageShape(SHAPE.height() / 2, SHAPE.width() / 2, 1);
    var cropped = new AdapterBatches(prior, pairs(), ROWS, 1, features, 1, null, crop, 1);
    var batch = cropped.batch(0);
    assertThat(batch.timesteps()).hasSize(ROWS);
    assertThat(batch.input()).hasSize(ROWS * crop.size() * features.channels());
    assertThat(prior.images).isEqualTo(POOL * ((ROWS + 3) / 4));
    var large = new ImageShape(SHAPE.height() + 1, SHAPE.width(), 1);
    assertThatThrownBy(
            () -> new AdapterBatches(prior, pairs(), ROWS, 1, features, 1, null, large, 1))
        .hasMessageContaining("smaller than the crops of " + large);
  }

  /** Estimates of the step before are those of whole images, at sides that the network divides. */
  @Test
  void shouldAskTheNetworkAboutWholeImagesWhereItRemembers() {
    var crop = new ImageShape(2, 2, 1);
    var form = AdapterForm.RECURRENT;
    var shown = new AdapterFeatures(form, AdapterFeatures.DEFAULT_CLIP, operator);
    var asked = new ArrayList<List<Integer>>();
    AdapterBatches.Estimator network =
        new AdapterBatches.Estimator() {
          @Override
          public float[] answer(float[] input, float[] gradients, int[] timesteps) {
            throw new AssertionError("a crop is no image");
          }

          @Override
          public float[] answer(
              float[] input, float[] gradients, int[] timesteps, int height, int width) {
            asked.add(List.of(height, width, input.length / timesteps.length / shown.channels()));
            var answers = new float[gradients.length];
            Arrays.fill(answers, 0.5f);
            return answers;
          }
        };
    var batches = new AdapterBatches(prior, pairs(), 16, 1, shown, 1, network, crop, 3);
    var batch = batches.batch(0);
    assertThat(asked).isNotEmpty().containsOnly(List.of(6, 6, 36));
    int channels = shown.channels();
    boolean hinted = false;
    for (int i = 0; i < 16 * crop.size(); i++) {
      hinted |= batch.input()[i * channels + channels - 2] != 0;
    }
    assertThat(hinted).isTrue();
  }

  /** Where a row of crops lies in the row of the whole; -1 if nowhere. */
  private int place(TrainingRun.Batch all, TrainingRun.Batch some, ImageShape crop, int row) {
    for (int top = 0; top <= 1; top++) {
      for (int left = 0; left <= 1; left++) {
        boolean same =
            equal(all.input(), some.input(), features.channels(), crop, row, top, left)
                && equal(all.gradient(), some.gradient(), 1, crop, row, top, left)
                && equal(all.target(), some.target(), 1, crop, row, top, left);
        if (same) {
          return 2 * top + left;
        }
      }
    }
    return -1;
  }

  private static boolean equal(
      float[] whole, float[] crops, int channels, ImageShape crop, int row, int top, int left) {
    for (int y = 0; y < crop.height(); y++) {
      for (int i = 0; i < crop.width() * channels; i++) {
        int line = (row * SHAPE.height() + top + y) * SHAPE.width() + left;
        int own = (row * crop.height() + y) * crop.width() * channels + i;
        if (whole[line * channels + i] != crops[own]) {
          return false;
        }
      }
    }
    return true;
  }

  private AdapterBatches batches(
      int reuse, AdapterFeatures shown, AdapterBatches.Estimator network) {
    return new AdapterBatches(prior, pairs(), ROWS, reuse, shown, 1, network);
  }

  private LabelledPairs pairs() {
    var truths =
        new Truths() {
          @Override
          public ImageShape shape() {
            return SHAPE;
          }

          @Override
          public int size() {
            return 5;
          }

          @Override
          public float[] truth(int index, RandomGenerator random) {
            var image = new float[SHAPE.size()];
            Arrays.fill(image, index / 5f);
            return image;
          }
        };
    return LabelledPairs.simulated(truths, operator);
  }

  private List<Row> rows(TrainingRun.Batch batch) {
    int channels = features.channels();
    var rows = new ArrayList<Row>();
    for (int r = 0; r < ROWS; r++) {
      var xt = new ArrayList<Float>();
      var target = new ArrayList<Float>();
      var conditioning = new ArrayList<Float>();
      for (int i = r * SHAPE.size(); i < (r + 1) * SHAPE.size(); i++) {
        xt.add(batch.input()[i * channels]);
        target.add(batch.target()[i]);
        conditioning.add(batch.input()[i * channels + 2]);
      }
      rows.add(new Row(xt, target, conditioning));
    }
    return rows;
  }

  private static ForwardOperator inpainting() {
    try {
      var spec =
          """
          {"kind": "inpainting", "noise": {"type": "gaussian", "sigma": 0.1},
           "mask": {"type": "random", "leastHidden": 0.3, "mostHidden": 0.6}}
          """;
      return Operators.create(new ObjectMapper().readTree(spec), SHAPE);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
