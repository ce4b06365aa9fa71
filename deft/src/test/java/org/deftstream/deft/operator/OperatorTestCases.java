package org.deftstream.deft.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Named;

/** The operators that every operator test runs over, and small vector helpers. */
final class OperatorTestCases {
  static final String CT_20 =
      "{'kind':'ct-parallel','views':20,'detectorBins':95,'noise':{'type':'gaussian','sigma':0.01}}";
  static final String INPAINTING =
      "{'kind':'inpainting','mask':{'type':'free-form','leastHidden':0.2,'mostHidden':0.4},"
          + "'noise':{'type':'gaussian','sigma':0.02}}";

  private OperatorTestCases() {}

  static Stream<Named<ForwardOperator>> bound() {
    return Stream.of(
            create(CT_20, new ImageShape(64, 64, 1)),
            create(
                "{'kind':'ct-parallel','views':7,'detectorBins':30,'angleRangeDegrees':120,"
                    + "'filter':'hann','noise':{'type':'gaussian','sigma':0.05}}",
                new ImageShape(16, 20, 3)),
            create(INPAINTING, new ImageShape(32, 32, 1)),
            create(INPAINTING, new ImageShape(9, 14, 3)))
        .map(
            operator ->
                Named.of(
                    operator.kind() + " of " + operator.imageShape(),
                    operator.bind(operator.drawAuxiliary(new Random(3)))));
  }

  static ForwardOperator create(String spec, ImageShape shape) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec.replace('\'', '"')), shape);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static ForwardOperator masked(ImageShape shape, float... mask) {
    return create(INPAINTING, shape).bind(Map.of("mask", mask));
  }

  static int measurementSize(ForwardOperator operator) {
    int size = 1;
    for (int side : operator.measurementShape()) {
      size *= side;
    }
    return size;
  }

  static float[] uniform(int size, RandomGenerator random) {
    var out = new float[size];
    for (int i = 0; i < size; i++) {
      out[i] = (float) (2 * random.nextDouble() - 1);
    }
    return out;
  }

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  static double norm(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  /** A picture in [-1, 1] of the points for which a shape holds; x right and y up in [-1, 1]. */
  static float[] picture(int side, BiPredicate<Double, Double> inside, float value) {
    var image = new float[side * side];
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        double x = (column + 0.5) * 2 / side - 1;
        double y = 1 - (row + 0.5) * 2 / side;
        image[row * side + column] = inside.test(x, y) ? value : -1;
      }
    }
    return image;
  }
}
