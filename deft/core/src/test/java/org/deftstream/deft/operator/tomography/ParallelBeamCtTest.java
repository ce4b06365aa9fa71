package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.deft.operator.OperatorTestCases.CT_20;
import static org.deftstream.deft.operator.OperatorTestCases.create;
import static org.deftstream.deft.operator.OperatorTestCases.picture;
import static org.deftstream.deft.operator.OperatorTestCases.uniform;

import java.util.Map;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParallelBeamCtTest {
  private static final int SIDE = 64;
  private static final ImageShape SHAPE = new ImageShape(SIDE, SIDE, 1);

  @Test
  void shouldMeasureTheLengthOfTheChordsOfADisc() {
    double radius = 0.7;
    var disc = picture(SIDE, (x, y) -> x * x + y * y < radius * radius, 0);
    for (int i = 0; i < disc.length; i++) {
      disc[i] += 1; // 1 inside, 0 outside
    }

    var y = create(CT_20, SHAPE).measure(disc);

    double pixel = 2.0 / SIDE;
    double worst = 0;
    for (int i = 0; i < y.length; i++) {
      double s = (i % 95 - 47) * pixel;
      // Near the tangent the edge of the pixelated disc decides; elsewhere the chord does.
      if (Math.abs(s) < 0.9 * radius) {
        worst = Math.max(worst, Math.abs(y[i] - 2 * Math.sqrt(radius * radius - s * s)));
      } else if (Math.abs(s) > radius + 2 * pixel) {
        assertThat(y[i]).isZero();
      }
    }
    assertThat(worst).isLessThan(2.5 * pixel);
  }

  @Test
  void shouldLookFromTheDirectionsThatItStates() {
    // One bright pixel right of the centre and above it: x = 0.5, y = 0.25.
    int row = 23;
    int column = 48;
    var image = new float[SIDE * SIDE];
    image[row * SIDE + column] = 1;
    double pixel = 2.0 / SIDE;
    double x = (column + 0.5) * pixel - 1;
    double y = 1 - (row + 0.5) * pixel;

    var sinogram = create(CT_20, SHAPE).measure(image);

    for (int view = 0; view < 20; view++) {
      double angle = Math.toRadians(9 * view);
      double mass = 0;
      double moment = 0;
      for (int bin = 0; bin < 95; bin++) {
        mass += sinogram[view * 95 + bin];
        moment += sinogram[view * 95 + bin] * (bin - 47) * pixel;
      }
      assertThat(moment / mass)
          .as("view %s", view)
          .isCloseTo(x * Math.cos(angle) + y * Math.sin(angle), within(pixel));
    }
  }

  @ParameterizedTest
  @CsvSource({"ram-lak, 22", "hann, 19"}) // The window blurs the edges of the bone.
  void shouldReconstructAHeadOfManyViewsByFilteredBackProjection(String filter, double decibels) {
    var operator =
        create(
            "{'kind':'ct-parallel','views':120,'detectorBins':95,'filter':'"
                + filter
                + "','noise':{'type':'gaussian','sigma':0.001}}",
            SHAPE);
    var head = head();

    var image = operator.pseudoInverse(operator.measure(head));

    assertThat(Psnr.of(image, head)).isGreaterThan(decibels);
    // The scale is right: the brain's level comes back, and the background outside.
    assertThat(image[40 * SIDE + 32]).isCloseTo(head[40 * SIDE + 32], within(0.05f));
    assertThat(image[2 * SIDE + 2]).isCloseTo(-1, within(0.05f));
  }

  @Test
  void shouldReconstructTheEmptyFieldExactly() {
    var operator = create(CT_20, SHAPE);
    var empty = picture(SIDE, (x, y) -> false, 0);

    // This is what the offset of the background is for; the linear FBP of -1 is far from -1.
    assertThat(operator.pseudoInverse(operator.measure(empty)))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1)
        .containsOnly(-1f);
  }

  @Test
  void shouldLoseImageQualityWithFewerViews() {
    var head = head();
    double few = fbpQuality(head, 20, 180);
    double many = fbpQuality(head, 60, 180);
    double limited = fbpQuality(head, 60, 90);

    assertThat(few).isGreaterThan(15).isLessThan(many - 1);
    assertThat(limited).isLessThan(many - 3);
  }

  @Test
  void shouldProjectChannelsOneByOne() {
    var two = create(CT_20, new ImageShape(SIDE, SIDE, 2));
    var one = create(CT_20, SHAPE);
    var first = uniform(SIDE * SIDE, new Random(1));
    var second = uniform(SIDE * SIDE, new Random(2));
    var both = new float[2 * SIDE * SIDE];
    for (int i = 0; i < first.length; i++) {
      both[2 * i] = first[i];
      both[2 * i + 1] = second[i];
    }

    var y = two.measure(both);
    var back = two.pseudoInverse(y);

    assertThat(two.measurementShape()).containsExactly(20, 95, 2);
    assertThat(channel(y, 0)).containsExactly(one.measure(first), within(1e-5f));
    assertThat(channel(y, 1)).containsExactly(one.measure(second), within(1e-5f));
    assertThat(channel(back, 1))
        .containsExactly(one.pseudoInverse(one.measure(second)), within(1e-4f));
  }

  @Test
  void shouldRefuseWhatDoesNotFit() {
    var operator = create(CT_20, SHAPE);

    assertThat(catchThrowable(() -> operator.measure(new float[7])))
        .hasMessageContaining("4096")
        .hasMessageContaining("7");
    assertThat(catchThrowable(() -> operator.bind(Map.of("mask", new float[1]))))
        .hasMessage("unknown auxiliary input 'mask'; Known: angles, sigma");
    assertThat(operator.bind(Map.of())).isSameAs(operator);
  }

  private static double fbpQuality(float[] head, int views, int range) {
    var operator =
        create(
            "{'kind':'ct-parallel','views':"
                + views
                + ",'detectorBins':95,'angleRangeDegrees':"
                + range
                + ",'noise':{'type':'gaussian','sigma':0.01}}",
            SHAPE);
    return Psnr.of(operator.pseudoInverse(operator.simulate(head, new Random(9))), head);
  }

  /** Something like a head: bone around brain, with ventricles, on the background of -1. */
  private static float[] head() {
    var head = picture(SIDE, (x, y) -> ellipse(x, y, 0, 0, 0.72, 0.9), 1);
    for (int i = 0; i < head.length; i++) {
      double x = (i % SIDE + 0.5) * 2 / SIDE - 1;
      double y = 1 - (i / SIDE + 0.5) * 2 / SIDE;
      if (ellipse(x, y, 0, 0, 0.64, 0.82)) {
        head[i] = -0.1f;
      }
      if (ellipse(x, y, -0.2, 0.15, 0.1, 0.3) || ellipse(x, y, 0.2, 0.15, 0.1, 0.3)) {
        head[i] = -0.5f;
      }
    }
    return head;
  }

  private static boolean ellipse(
      double x, double y, double centreX, double centreY, double a, double b) {
    double u = (x - centreX) / a;
    double v = (y - centreY) / b;
    return u * u + v * v < 1;
  }

  private static float[] channel(float[] values, int channel) {
    var out = new float[values.length / 2];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[2 * i + channel];
    }
    return out;
  }
}
