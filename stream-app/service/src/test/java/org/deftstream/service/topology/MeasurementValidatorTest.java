package org.deftstream.service.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;
import org.deftstream.service.ClosedFormPrior;
import org.deftstream.service.SmallRecords;
import org.deftstream.service.SmallTasks;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.RejectedRecordException;
import org.junit.jupiter.api.Test;

class MeasurementValidatorTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);
  private static final OperatorCache OPERATORS = new OperatorCache(1 << 12, 1 << 20);
  private static final Task TASK =
      Task.parse(
          """
          {"name": "small/ct", "prior": "small",
           "operator": {"kind": "ct-parallel", "views": 4, "detectorBins": 11,
                        "noise": {"type": "gaussian", "sigma": 0.01}},
           "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8},
             "sampler": {"steps": 8, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3,
                         "samples": 1}},
           "learned": {"sampler": {"steps": 8, "grid": "uniform", "noise": "eta", "noiseLevel": 1,
                                   "samples": 1}}}
          """,
          name -> SHAPE);

  @Test
  void shouldRefuseAPictureOfBytesNamingBothRanges() {
    var bytes = new byte[44];
    Arrays.fill(bytes, (byte) 255);
    bytes[3] = 0;
    var picture = measurement(new Tensor(DType.UINT8, List.of(4, 11), ByteBuffer.wrap(bytes)));

    var rejected = catchThrowableOfType(RejectedRecordException.class, () -> bind(picture, TASK));

    assertThat(rejected.errorClass()).isEqualTo("InvalidMeasurement");
    assertThat(rejected)
        .hasMessageMatching(
            "task 'small/ct': measurement holds 0\\.000 to 255\\.0; ct-parallel measures"
                + " -2\\.\\d+ to 2\\.\\d+ of images in \\[-1, 1] \\(.* with room for noise\\)");
  }

  @Test
  void shouldTakeWhatAnImageMeasures() {
    var white = new float[64];
    Arrays.fill(white, 1);
    var values = TASK.operator().measure(white);

    var bound = bind(measurement(Tensors.of(values, 4, 11)), TASK);

    assertThat(bound.measurement()).isEqualTo(values);
  }

  @Test
  void shouldNameBothShapes() {
    var turned = measurement(Tensors.of(new float[44], 11, 4));

    assertThatThrownBy(() -> bind(turned, TASK))
        .hasMessage("task 'small/ct': values: shape is [11, 4], but must be [4, 11]");
  }

  @Test
  void shouldRefuseNamesThatNobodyCanMean() {
    var shape = Tensors.of(new float[1], 1);
    var id = Measurement.newBuilder(measurement(shape)).setId("x".repeat(257)).build();
    var task = Measurement.newBuilder(measurement(shape)).setTask("x".repeat(1 << 20)).build();
    assertThatThrownBy(() -> MeasurementValidator.requireNames(id))
        .hasMessage("id has 257 characters, but at most 256 are taken");
    assertThatThrownBy(() -> MeasurementValidator.requireNames(task))
        .hasMessage("task has 1048576 characters, but at most 256 are taken");
  }

  @Test
  void shouldPassOverWhatStandsAtHiddenPixels() {
    var task =
        Task.parse(
            """
            {"name": "small/hole", "prior": "small",
             "operator": {"kind": "inpainting",
                          "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
                          "noise": {"type": "gaussian", "sigma": 0.01}},
             "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8},
               "sampler": {"steps": 8, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3,
                           "samples": 1}},
             "learned": {"sampler": {"steps": 8, "grid": "uniform", "noise": "eta",
                                     "noiseLevel": 1, "samples": 1}}}
            """,
            name -> SHAPE);
    var mask = new float[64];
    Arrays.fill(mask, 1);
    mask[7] = 0;
    var values = new float[64];
    values[7] = Float.NaN;
    var auxiliary = Map.of("mask", Tensors.of(mask, 8, 8));
    var hidden = measurement(Tensors.of(values, 8, 8, 1), auxiliary);

    assertThat(bind(hidden, task).measurement()).isEqualTo(new float[64]);

    values[9] = Float.NaN;
    var seen = measurement(Tensors.of(values, 8, 8, 1), auxiliary);
    assertThatThrownBy(() -> bind(seen, task))
        .hasMessage(
            "task 'small/hole': values: the number at [1, 1, 0] is NaN, but every number must be"
                + " finite");
  }

  @Test
  void shouldSampleWhereTheMaskOfTheRecordSays() {
    var task =
        Task.parse(
            """
            {"name": "small/mri", "prior": "small",
             "operator": {"kind": "mri-cartesian", "acceleration": 4,
                          "noise": {"type": "gaussian", "sigma": 0.01}},
             "trainingFree": {"method": "diffpir", "parameters": {"lambda": 8},
               "sampler": {"steps": 8, "grid": "quadratic", "noise": "zeta", "noiseLevel": 0.3,
                           "samples": 1}},
             "learned": {"sampler": {"steps": 8, "grid": "uniform", "noise": "eta",
                                     "noiseLevel": 1, "samples": 1}}}
            """,
            name -> new ImageShape(8, 8, 1));
    var white = new float[64];
    Arrays.fill(white, 1);
    var plain = measurement(Tensors.of(task.operator().measure(white), 1, 2, 8, 2));
    assertThat(bind(plain, task).measurement()).hasSize(32);

    var row =
        new Tensor(DType.UINT8, List.of(8), ByteBuffer.wrap(new byte[] {0, 0, 1, 1, 1, 1, 0, 1}));
    var values = new float[128];
    Arrays.fill(values, Float.NaN);
    for (int i = 0; i < 128; i++) {
      int column = i / 2 % 8;
      if (column >= 2 && column != 6) {
        values[i] = i == 72 ? 8 : 0;
      }
    }
    var bound = bind(measurement(Tensors.of(values, 1, 8, 8, 2), Map.of("mask", row)), task);
    assertThat(bound.operator().residual(white, bound.measurement())).isLessThan(1e-3);
    assertThat(bound.measurement()).doesNotContain(Float.NaN);

    values[72] = Float.NaN;
    var hole = measurement(Tensors.of(values, 1, 8, 8, 2), Map.of("mask", row));
    assertThatThrownBy(() -> bind(hole, task))
        .hasMessageContaining("values: the number at [0, 4, 4, 0] is NaN");
    var lines = measurement(plain.getValues(), Map.of("mask", row));
    assertThatThrownBy(() -> bind(lines, task))
        .hasMessageContaining("values: shape is [1, 2, 8, 2], but must be [1, 8, 8, 2]");
    var mask = measurement(Tensors.of(values, 1, 8, 8, 2), Map.of("mask", Tensors.of(white, 64)));
    assertThatThrownBy(() -> bind(mask, task))
        .hasMessageContaining("auxiliary.mask: shape is [64], but must be [8, 8] or [8]");
  }

  @Test
  void shouldTakeTheImageToBeOfTheShapeThatWasMeasured() {
    var method = serving(new Tiling.Patches(2), free());
    assertThat(MeasurementValidator.image(blank(20, 12, 1), method, OPERATORS))
        .isEqualTo(new ImageShape(20, 12, 1));
    assertThat(MeasurementValidator.image(blank(8, 8, 1), method, OPERATORS)).isEqualTo(SHAPE);
  }

  @Test
  void shouldNameBothSidesOfWhatDoesNotFit() {
    var any = serving(new Tiling.Direct(2), free());
    var one = serving(new Tiling.Whole(), free());
    assertRefused(
        any,
        blank(8, 8, 3),
        "InvalidTensor",
        "values: shape is [8, 8, 3], but must be [height, width, 1]");
    assertRefused(
        one,
        blank(8, 6, 1),
        "InvalidTensor",
        "values: shape is [8, 6, 1], but must be [8, 8, 1]: prior small takes images of 8x8x1 only,"
            + " not of 8x6x1");
    assertRefused(
        any,
        blank(65, 64, 1),
        "ImageTooLarge",
        "an image of 65x64x1 has 4160 pixels; at most 4096 are taken (image.max.pixels)");
  }

  /** Two bytes, and an image of 100 megapixels that they claim to be. */
  @Test
  void shouldBelieveNoShapeThatTheBytesDoNotHave() {
    var claim = new Tensor(DType.UINT8, List.of(10_000, 10_000, 1), ByteBuffer.allocate(2));
    assertRefused(
        serving(new Tiling.Direct(2), free()),
        measurement(claim),
        "InvalidTensor",
        "values: shape [10000, 10000, 1] of UINT8 needs 100000000 bytes, but data has 2");
  }

  @Test
  void shouldRefuseImagesThatTheMethodDoesNotTake() {
    HTransform narrow =
        new HTransform() {
          @Override
          public String method() {
            return "narrow";
          }

          @Override
          public void require(ImageShape image) {
            throw new IllegalArgumentException("takes 8x8x1 only, not " + image);
          }

          @Override
          public List<float[]> correct(List<StepRow> rows) {
            throw new AssertionError("was refused before");
          }
        };
    assertRefused(
        serving(new Tiling.Direct(2), narrow),
        blank(4, 4, 1),
        "InvalidMeasurement",
        "takes 8x8x1 only, not 4x4x1");
  }

  @Test
  void shouldNameBothSizesWhenAMaskIsOfAnother() {
    var shape = new ImageShape(20, 12, 1);
    var turned =
        Measurement.newBuilder(SmallRecords.good("m", shape))
            .setAuxiliary(Map.of("mask", Tensors.of(new float[240], 12, 20)))
            .build();
    assertThatThrownBy(() -> MeasurementValidator.bind(turned, SmallTasks.task(), shape, OPERATORS))
        .hasMessage(
            "task 'small/inpaint': auxiliary.mask: shape is [12, 20], but must be [20, 12]");
  }

  private static void assertRefused(
      ServingMethod method, Measurement measurement, String errorClass, String message) {
    var rejected =
        catchThrowableOfType(
            RejectedRecordException.class,
            () -> MeasurementValidator.image(measurement, method, OPERATORS));
    assertThat(rejected.errorClass()).isEqualTo(errorClass);
    assertThat(rejected).hasMessage("task 'small/inpaint': " + message);
  }

  private static BoundMeasurement bind(Measurement measurement, Task task) {
    var prior = new ClosedFormPrior(SHAPE, new Tiling.Whole(), Duration.ZERO);
    var method = new Serving(task, prior, free());
    var image = MeasurementValidator.image(measurement, method, OPERATORS);
    return MeasurementValidator.bind(measurement, task, image, OPERATORS);
  }

  private static ServingMethod serving(Tiling tiling, HTransform hTransform) {
    var prior = new ClosedFormPrior(SHAPE, tiling, Duration.ZERO);
    return new Serving(SmallTasks.task(), prior, hTransform);
  }

  private static HTransform free() {
    return new DiffPir(8);
  }

  private static Measurement blank(int height, int width, int channels) {
    return measurement(Tensors.of(new float[height * width * channels], height, width, channels));
  }

  private static Measurement measurement(Tensor values) {
    return measurement(values, Map.of());
  }

  private static Measurement measurement(Tensor values, Map<String, Tensor> auxiliary) {
    return Measurement.newBuilder()
        .setId("m")
        .setTask("small/ct")
        .setValues(values)
        .setAuxiliary(auxiliary)
        .build();
  }
}
