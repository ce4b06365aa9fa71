package org.deftstream.deft.operator.mri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.MRI_COILS;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.picture;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.operator.Operators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MriTest {
  private static final int SIDE = 16;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);
  private static final float[] DISC =
      picture(SIDE, (x, y) -> (x - 0.2) * (x - 0.2) + y * y < 0.3, 0.6f);
  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.02}}";

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldReturnTheImageOfAFullySampledScan(int coils) {
    var operator =
        create("{'kind':'mri-cartesian','acceleration':1,'coils':" + coils + "," + NOISE, SHAPE);

    assertThat(operator.measurementShape()).containsExactly(coils, SIDE, SIDE, 2);
    assertThat(operator.pseudoInverse(operator.measure(DISC))).containsExactly(DISC, within(1e-5f));
  }

  @Test
  void shouldNearlyReturnTheImageOfManySpokes() {
    var many = create("{'kind':'mri-radial','spokes':64,'samples':32," + NOISE, SHAPE);
    var few = create("{'kind':'mri-radial','spokes':6," + NOISE, SHAPE);

    double good = Psnr.of(many.pseudoInverse(many.measure(DISC)), DISC);

    assertThat(good).isGreaterThan(20);
    assertThat(Psnr.of(few.pseudoInverse(few.measure(DISC)), DISC)).isLessThan(good - 3);
  }

  @Test
  void shouldPutTheMeanInTheCentreOfKSpace() {
    var flat = new float[SIDE * SIDE];
    Arrays.fill(flat, 0.5f);

    var y = create("{'kind':'mri-radial','spokes':3," + NOISE, SHAPE).measure(flat);

    for (int spoke = 0; spoke < 3; spoke++) {
      assertThat(y[2 * (spoke * SIDE + SIDE / 2)]).isCloseTo(0.5f * SIDE, within(1e-4f));
    }
  }

  @Test
  void shouldTakeTheSensitivitiesOfTheRecord() {
    var operator = create(MRI_COILS, SHAPE);

    assertThat(operator.auxiliaryShapes().get("sensitivities")).containsExactly(4, SIDE, SIDE, 2);
    assertThatThrownBy(() -> operator.bind(Map.of("sensitivities", new float[9])))
        .hasMessage(
            "mri-cartesian needs the auxiliary input 'sensitivities' of 2048 values, got 9");
    assertThatThrownBy(() -> operator.bind(Map.of("sensitivites", new float[9])))
        .hasMessageContaining("did you mean 'sensitivities'?");
    assertThatThrownBy(() -> operator.measure(DISC)).isInstanceOf(IllegalStateException.class);
    var bound = operator.bind(operator.drawAuxiliary(new Random(1)));
    var dark = operator.bind(Map.of("sensitivities", new float[2048]));
    assertThat(bound.measure(DISC)[3]).isNotZero();
    assertThat(OperatorTestCases.norm(dark.measure(DISC))).isZero();
  }

  @Test
  void shouldSayWhatImagesItCannotScan() {
    assertThatThrownBy(
            () -> create("{'kind':'mri-radial','spokes':2," + NOISE, new ImageShape(16, 16, 3)))
        .hasMessage(
            "operator mri-radial: images must have one channel, or two for real and imaginary"
                + " part, got 16x16x3");
  }

  /** A complex image is two real ones, one of them a quarter turn ahead. */
  @ParameterizedTest
  @ValueSource(strings = {MRI_COILS, OperatorTestCases.MRI_RADIAL})
  void shouldScanComplexImages(String spec) {
    var real = create(spec, SHAPE);
    var complex = create(spec, new ImageShape(SIDE, SIDE, 2));
    var maps = real.drawAuxiliary(new Random(1));
    real = real.bind(maps);
    complex = complex.bind(maps);
    var image = OperatorTestCases.uniform(2 * SIDE * SIDE, new Random(2));
    var parts = new float[2][SIDE * SIDE];
    for (int i = 0; i < image.length; i++) {
      parts[i % 2][i / 2] = image[i];
    }
    float[] re = real.measure(parts[0]);
    float[] im = real.measure(parts[1]);
    var expected = new float[re.length];
    for (int i = 0; i < expected.length; i += 2) {
      expected[i] = re[i] - im[i + 1];
      expected[i + 1] = re[i + 1] + im[i];
    }

    assertThat(complex.measure(image)).containsExactly(expected, within(1e-4f));
    assertThat(complex.measurementShape()).containsExactly(real.measurementShape());
    assertThat(complex.pseudoInverse(new float[expected.length])).containsOnly(0f);
  }

  @Test
  void shouldReturnTheComplexImageOfAFullScanOfOddSides() {
    var shape = new ImageShape(15, 21, 2);
    var operator =
        create(
            "{'kind':'mri-cartesian','acceleration':1,'coils':3,'centred':true,'norm':'backward',"
                + NOISE,
            shape);
    var image = OperatorTestCases.uniform(shape.size(), new Random(3));

    assertThat(operator.pseudoInverse(operator.measure(image)))
        .containsExactly(image, within(1e-5f));
  }

  @Test
  void shouldTakeTheCoilsAndTheNoiseOfTheRecord() {
    var task = create(MRI_COILS, SHAPE);
    int[] measured = {7, 12, 20, 2};
    var names = Set.of("mask", "sensitivities", "sigma");
    var shape = task.imageShapeOf(measured, names).orElseThrow();
    assertThat(shape).isEqualTo(new ImageShape(12, 20, 1));
    var sized = task.at(shape).sizedFor(measured);
    assertThat(sized.measurementShape(names)).containsExactly(measured);
    assertThat(sized.auxiliaryShapes().get("sensitivities")).containsExactly(7, 12, 20, 2);
    var mask = new float[240];
    Arrays.fill(mask, 1);
    var auxiliary = new HashMap<>(sized.drawAuxiliary(new Random(1)));
    auxiliary.put("mask", mask);
    auxiliary.put("sigma", new float[] {0.5f});
    var bound = sized.bind(auxiliary);
    var image = OperatorTestCases.uniform(240, new Random(2));

    assertThat(bound.noiseSigma()).isEqualTo(0.5);
    assertThat(bound.residual(image, bound.simulate(image, new Random(3))))
        .isCloseTo(1, within(0.1));
    assertThat(Operators.fingerprint(bound)).isEqualTo(Operators.fingerprint(task));
    auxiliary.put("sigma", new float[] {0});
    assertThatThrownBy(() -> sized.bind(auxiliary))
        .hasMessage("sigma must be a number above 0, got 0.0");
    assertThat(task.imageShapeOf(new int[] {65, 12, 20, 2}, names)).isEmpty();
  }

  /** Against the sum that defines each convention, sample by sample. */
  @ParameterizedTest
  @CsvSource({
    "ortho, -1, false, false",
    "ortho, -1, true, false",
    "ortho, -1, true, true",
    "ortho, 1, false, false",
    "backward, -1, true, false",
    "backward, 1, true, true",
    "forward, -1, false, true",
  })
  void shouldMeasureByTheConventionThatItNames(
      String norm, int sign, boolean centred, boolean odd) {
    int height = odd ? 9 : 8;
    int width = odd ? 5 : 4;
    var shape = new ImageShape(height, width, 1);
    var operator =
        create(
            "{'kind':'mri-cartesian','lines':[-4,-1,0,3],'norm':'%s','sign':%d,'centred':%s,"
                    .formatted(norm, sign, centred)
                + NOISE,
            shape);
    var image = new float[height * width];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.sin(i * i + 1.0);
    }
    double root = Math.sqrt(height * width);
    double scale = norm.equals("ortho") ? 1 / root : norm.equals("backward") ? 1 : 1 / root / root;
    var expected = new float[4 * width * 2];
    int[] lines = {-4, -1, 0, 3};
    for (int i = 0; i < 4 * width; i++) {
      double re = 0;
      double im = 0;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double place =
              lines[i / width] * (y - (centred ? height / 2 : 0)) / (double) height
                  + (i % width - width / 2) * (x - (centred ? width / 2 : 0)) / (double) width;
          re += scale * image[y * width + x] * Math.cos(2 * Math.PI * place);
          im += scale * image[y * width + x] * sign * Math.sin(2 * Math.PI * place);
        }
      }
      expected[2 * i] = (float) re;
      expected[2 * i + 1] = (float) im;
    }
    assertThat(operator.measure(image)).containsExactly(expected, within(1e-4f));
    assertThat(create(operator.spec().toString(), shape).measure(image))
        .isEqualTo(operator.measure(image));
    double ofImages = 0;
    double ofSamples = 0;
    float[] back = operator.adjoint(expected);
    for (int i = 0; i < image.length; i++) {
      ofImages += (double) image[i] * back[i];
    }
    for (float value : expected) {
      ofSamples += (double) value * value;
    }
    assertThat(ofImages).isCloseTo(ofSamples, within(1e-4 * ofSamples));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ortho", "backward", "forward"})
  void shouldReturnTheImageInEveryConvention(String norm) {
    for (String kind : new String[] {"'acceleration':1,'centred':true", "'acceleration':1"}) {
      var operator =
          create(
              "{'kind':'mri-cartesian','sign':1,'coils':2,'norm':'"
                  + norm
                  + "',"
                  + kind
                  + ","
                  + NOISE,
              SHAPE);
      assertThat(operator.pseudoInverse(operator.measure(DISC)))
          .containsExactly(DISC, within(1e-4f));
    }
  }

  /** A record of one scale, read by an operator of another, in both directions. */
  @ParameterizedTest
  @CsvSource({
    "ortho, backward",
    "ortho, forward",
    "backward, ortho",
    "backward, forward",
    "forward, ortho",
    "forward, backward"
  })
  void shouldRefuseARecordInAnotherScale(String read, String sent) {
    var shape = new ImageShape(32, 32, 1);
    var image = picture(32, (x, y) -> x * x + y * y < 0.5, 0.6f);
    for (String kind :
        new String[] {"'mri-cartesian','acceleration':3", "'mri-radial','spokes':16"}) {
      var producer = create("{'kind':" + kind + ",'norm':'" + sent + "'," + NOISE, shape);
      var operator = create("{'kind':" + kind + ",'norm':'" + read + "'," + NOISE, shape);
      producer.requireInRange(producer.measure(image));
      assertThatThrownBy(() -> operator.requireInRange(producer.measure(image)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("measurement ");
    }
  }

  @Test
  void shouldKeepTheSpecificationOfTheConventionThatWasAlwaysMeant() {
    var plain = create("{'kind':'mri-cartesian','acceleration':4," + NOISE, SHAPE);
    var stated =
        create(
            "{'kind':'mri-cartesian','acceleration':4,'norm':'ortho','sign':-1,'centred':false,"
                + NOISE,
            SHAPE);
    assertThat(stated.spec()).isEqualTo(plain.spec());
    assertThat(plain.spec().has("norm")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'lines':[]; lines",
        "'lines':[0,0]; lines",
        "'lines':[8]; from -8 to 7",
        "'lines':[-9]; from -8 to 7",
        "'lines':[0.5]; lines",
        "'lines':[0],'acceleration':2; unknown field 'acceleration'",
        "'acceleration':2,'norm':'none'; norm",
        "'acceleration':2,'sign':0; sign",
        "'acceleration':2,'centred':1; centred",
      })
  void shouldRefuseConventionsByName(String fields, String name) {
    assertThatThrownBy(() -> create("{'kind':'mri-cartesian'," + fields + "," + NOISE, SHAPE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  /** A mask of whole lines is those lines, and of single samples those samples of the full scan. */
  @ParameterizedTest
  @ValueSource(strings = {"", "'centred':true,'norm':'backward','sign':1,"})
  void shouldSampleWhereTheMaskOfTheRecordIsOne(String convention) {
    var operator =
        create("{'kind':'mri-cartesian','acceleration':8,'coils':2," + convention + NOISE, SHAPE);
    var lines =
        create(
            "{'kind':'mri-cartesian','lines':[-8,-1,0,5],'coils':2," + convention + NOISE, SHAPE);
    var full =
        create("{'kind':'mri-cartesian','acceleration':1,'coils':2," + convention + NOISE, SHAPE);
    var rows = new float[SIDE * SIDE];
    for (int line : new int[] {-8, -1, 0, 5}) {
      Arrays.fill(rows, (line + 8) * SIDE, (line + 9) * SIDE, 1);
    }

    var bound = operator.bind(Map.of("mask", rows));

    assertThat(bound.measurementShape()).containsExactly(2, SIDE, SIDE, 2);
    assertThat(bound.spec()).isEqualTo(operator.spec());
    assertThat(operator.bind(Map.of()).measurementShape()).containsExactly(2, 2, SIDE, 2);
    var y = bound.measure(DISC);
    var ofLines = lines.measure(DISC);
    var ofAll = full.measure(DISC);
    int taken = 0;
    for (int i = 0; i < y.length; i++) {
      boolean sampled = rows[i / 2 % (SIDE * SIDE)] == 1;
      assertThat(y[i]).isEqualTo(sampled ? ofLines[taken++] : 0).isEqualTo(sampled ? ofAll[i] : 0);
    }
    assertThat(taken).isEqualTo(ofLines.length);
    assertThat(bound.pseudoInverse(y)).containsExactly(lines.pseudoInverse(ofLines), within(1e-5f));
    assertThat(bound.proximal(DISC, y, 0.1))
        .containsExactly(lines.proximal(DISC, ofLines, 0.1), within(1e-5f));
    double residual = lines.residual(new float[SIDE * SIDE], ofLines);
    assertThat(bound.residual(new float[SIDE * SIDE], y)).isCloseTo(residual, within(1e-4));
  }

  @Test
  void shouldIgnoreWhatStandsWhereTheMaskIsZero() {
    var operator = create("{'kind':'mri-cartesian','acceleration':2," + NOISE, SHAPE);
    var mask = new float[SIDE * SIDE];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i * 7 % 5 < 2 || i == SIDE * SIDE / 2 + SIDE / 2 ? 1 : 0;
    }
    var bound = operator.bind(Map.of("mask", mask));
    var y = bound.simulate(DISC, new Random(2));
    var anything = y.clone();
    for (int i = 0; i < y.length; i++) {
      anything[i] = mask[i / 2] == 0 ? Float.NaN : y[i];
      assertThat(y[i] != 0).isEqualTo(mask[i / 2] == 1);
    }
    bound.requireInRange(anything);
    assertThat(bound.measured(anything)).isEqualTo(y);
    assertThat(bound.residual(DISC, anything)).isEqualTo(bound.residual(DISC, y));
    assertThat(bound.residual(DISC, y)).isCloseTo(1, within(0.2));
    assertThat(bound.adjoint(anything)).isEqualTo(bound.adjoint(y));
    assertThat(bound.conditioning(anything)).isEqualTo(bound.conditioning(y));
    assertThat(bound.unexplained(DISC, anything)).isEqualTo(bound.unexplained(DISC, y));
    assertThat(bound.likelihoodGradient(DISC, anything))
        .isEqualTo(bound.likelihoodGradient(DISC, y));
    assertThat(bound.proximal(DISC, anything, 1)).isEqualTo(bound.proximal(DISC, y, 1));
  }

  @Test
  void shouldTakeARecordThatLeavesOutTheMiddleOfKSpace() {
    var operator = create("{'kind':'mri-cartesian','acceleration':2," + NOISE, SHAPE);
    var mask = new float[SIDE * SIDE];
    mask[3] = 1;
    var bound = operator.bind(Map.of("mask", mask));
    bound.requireInRange(bound.simulate(DISC, new Random(2)));
  }

  @Test
  void shouldRefuseWhatIsNoMaskByName() {
    var operator = create("{'kind':'mri-cartesian','acceleration':2," + NOISE, SHAPE);
    assertThat(operator.auxiliaryShapes()).isEmpty();
    assertThat(operator.optionalShapes().get("mask")).containsExactly(SIDE, SIDE);
    var mask = new float[SIDE * SIDE];
    assertThatThrownBy(() -> operator.bind(Map.of("mask", mask)))
        .hasMessage("mask hides every sample; at least one 1 is needed");
    mask[SIDE + 2] = 255;
    assertThatThrownBy(() -> operator.bind(Map.of("mask", mask)))
        .hasMessage(
            "mask must hold only 0 (hidden) and 1 (measured), got 255.0 at row 1, column 2");
    assertThatThrownBy(() -> operator.bind(Map.of("mask", new float[SIDE])))
        .hasMessage("mri-cartesian needs the auxiliary input 'mask' of 256 values, got 16");
    assertThatThrownBy(() -> operator.bind(Map.of("maks", mask)))
        .hasMessageContaining("did you mean 'mask'?");
    assertThatThrownBy(
            () ->
                create("{'kind':'mri-radial','spokes':3," + NOISE, SHAPE)
                    .bind(Map.of("mask", mask)))
        .hasMessageContaining("mask");
  }

  /** The numbers that docs/method.md gives to producers that are not written in Java. */
  @Test
  void shouldDrawTheLinesThatTheMethodPageDescribes() {
    int height = 64;
    long state = (7 ^ 0x5DEECE66DL) % (1L << 48);
    var lines = new java.util.TreeSet<Integer>(List.of(-2, -1, 0, 1, 2));
    while (lines.size() < 16) {
      state = (state * 0x5DEECE66DL + 11) & ((1L << 48) - 1);
      lines.add((int) ((height * (state >> 17)) >> 31) - height / 2);
    }
    var shape = new ImageShape(height, 16, 1);
    var image = new float[height * 16];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.cos(3.0 * i);
    }
    assertThat(
            create("{'kind':'mri-cartesian','acceleration':4,'seed':7," + NOISE, shape)
                .measure(image))
        .isEqualTo(
            create("{'kind':'mri-cartesian','lines':" + lines + "," + NOISE, shape).measure(image));
  }
}
