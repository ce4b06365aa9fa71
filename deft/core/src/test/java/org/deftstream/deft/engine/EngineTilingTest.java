package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.engine.Requests.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.htransform.Dps;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.TiledPrior;
import org.junit.jupiter.api.Test;

class EngineTilingTest {
  private static final ImageShape ROW = new ImageShape(4, 4, 1);
  private static final List<ImageShape> SHAPES =
      List.of(
          ROW,
          new ImageShape(11, 9, 1),
          new ImageShape(4, 30, 1),
          new ImageShape(3, 2, 1),
          new ImageShape(17, 16, 1));

  private final HTransform transform = Requests.transform();

  private ReconstructionRequest of(PatchPrior prior, int i) {
    var measurement = Requests.simulated("m" + i, SHAPES.get(i % SHAPES.size()));
    return request("m" + i)
        .prior(prior)
        .transform(transform)
        .measurement(measurement)
        .sampler(Requests.sampler(3 + i % 2, 1 + i % 2))
        .build();
  }

  private List<Reconstruction> reconstruct(PatchPrior prior, int count, int maxBatch)
      throws Exception {
    try (var engine = new Engine(EngineSettings.of(maxBatch))) {
      var futures = new ArrayList<CompletableFuture<Reconstruction>>();
      for (int i = 0; i < count; i++) {
        futures.add(engine.submit(of(prior, i)));
      }
      prior.start();
      var results = new ArrayList<Reconstruction>();
      for (var future : futures) {
        results.add(future.get(20, TimeUnit.SECONDS));
      }
      return results;
    }
  }

  @Test
  void shouldGiveWhatThePriorOfTheWholeImageGives() throws Exception {
    var prior = new PatchPrior(ROW, 1);
    var results = reconstruct(prior, 5, 6);
    for (int i = 0; i < 5; i++) {
      var request = of(prior, i);
      var whole =
          request(request.measurementId())
              .prior(PatchPrior.whole(SHAPES.get(i)))
              .measurement(request.measurement())
              .sampler(request.sampler())
              .build();
      var expected = PlainSampling.mean(PlainSampling.samples(whole));
      for (int j = 0; j < expected.length; j++) {
        assertThat((double) results.get(i).mean()[j]).isCloseTo(expected[j], within(1e-4));
      }
    }
  }

  @Test
  void shouldGiveTheSameBitsWhateverTheNeighboursAndTheBatchSize() throws Exception {
    var alone = reconstruct(new PatchPrior(ROW, 1), 2, 1).get(1);
    for (int maxBatch : new int[] {3, 8, 64}) {
      var among = reconstruct(new PatchPrior(ROW, 1), 11, maxBatch).get(1);
      assertThat(among.mean()).as("batch %d", maxBatch).isEqualTo(alone.mean());
    }
  }

  @Test
  void shouldFillBatchesWithRegionsOfImagesOfAllSizes() throws Exception {
    var prior = new PatchPrior(ROW, 1).held();
    reconstruct(prior, 40, 8);
    long full = prior.sizes().stream().filter(size -> size == 8).count();
    assertThat((double) full / prior.sizes().size()).isGreaterThan(0.95);
  }

  @Test
  void shouldNameBothSidesWhenAnImageHasOtherChannels() throws Exception {
    var colour = new ImageShape(8, 8, 3);
    var request =
        request("colour")
            .prior(new PatchPrior(ROW, 1))
            .measurement(Requests.simulated("colour", colour))
            .build();
    try (var engine = new Engine(EngineSettings.of(4))) {
      assertThat(Requests.failure(engine.submit(request)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 channels")
          .hasMessageContaining("8x8x3");
    }
  }

  /** Closed forms at three sizes in one batch, each to the bit what it is alone. */
  @Test
  void shouldServeRecordsOfOneTaskThatDifferInSize() throws Exception {
    var task = Requests.superResolution(ROW);
    var requests = new ArrayList<ReconstructionRequest>();
    for (var shape : List.of(ROW, new ImageShape(10, 6, 1), new ImageShape(6, 18, 1))) {
      var operator = task.at(shape);
      var random = new Random(shape.height());
      var image = new float[shape.size()];
      for (int i = 0; i < image.length; i++) {
        image[i] = (float) (0.3 * random.nextGaussian());
      }
      requests.add(
          request("of " + shape)
              .prior(new PatchPrior(ROW, 1))
              .transform(transform)
              .measurement(BoundMeasurement.of(operator, operator.simulate(image, random)))
              .sampler(Requests.sampler(4, 2))
              .build());
    }
    var together = new ArrayList<float[]>();
    try (var engine = new Engine(EngineSettings.of(16))) {
      var futures = requests.stream().map(engine::submit).toList();
      for (var future : futures) {
        together.add(future.get(20, TimeUnit.SECONDS).mean());
      }
    }
    for (int i = 0; i < together.size(); i++) {
      try (var engine = new Engine(EngineSettings.of(16))) {
        var alone = engine.submit(requests.get(i)).get(20, TimeUnit.SECONDS).mean();
        assertThat(together.get(i)).as(requests.get(i).measurementId()).isEqualTo(alone);
      }
    }
  }

  @Test
  void shouldNameBothSidesWhenAMethodDoesNotTakeTheImage() throws Exception {
    HTransform narrow =
        new HTransform() {
          @Override
          public String method() {
            return "narrow";
          }

          @Override
          public void require(ImageShape image) {
            throw new IllegalArgumentException("the adapter takes 4x4x1 only, not " + image);
          }

          @Override
          public List<float[]> correct(List<StepRow> rows) {
            throw new AssertionError("was refused before");
          }
        };
    var request =
        request("large")
            .prior(new PatchPrior(ROW, 1))
            .transform(narrow)
            .measurement(Requests.simulated("large", new ImageShape(8, 8, 1)))
            .build();
    try (var engine = new Engine(EngineSettings.of(4))) {
      assertThat(Requests.failure(engine.submit(request)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("measurement large: the adapter takes 4x4x1 only, not 8x8x1");
    }
  }

  /** Known before a step is spent on it. */
  @Test
  void shouldRefuseTheJacobianOfAnImageThatIsCut() throws Exception {
    var prior = new PatchPrior(ROW, 1);
    var request =
        request("cut")
            .prior(prior)
            .transform(new Dps(prior, 0.1))
            .measurement(Requests.simulated("cut", new ImageShape(9, 9, 1)))
            .build();
    try (var engine = new Engine(EngineSettings.of(4))) {
      assertThat(Requests.failure(engine.submit(request)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith(
              "prior patches is known for images that it sees in one piece, not for 9x9x1");
    }
    assertThat(prior.sizes()).isEmpty();
  }

  /** What training and RED-diff ask, without an engine. */
  @Test
  void shouldPredictImagesOfEverySizeWithoutAnEngineToo() {
    int[] timesteps = {300, 700};
    for (var shape : SHAPES) {
      var random = new Random(3);
      var x = new float[2 * shape.size()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      float[] expected = PatchPrior.whole(shape).predictNoise(x, timesteps);
      assertThat(TiledPrior.predictNoise(new PatchPrior(ROW, 1), x, timesteps, shape, 5))
          .as("%s", shape)
          .containsExactly(expected, within(1e-5f));
    }
  }
}
