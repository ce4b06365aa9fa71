package org.deftstream.deft.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Named;

/** The operators that every operator test runs over, and small vector helpers. */
public final class OperatorTestCases {
  public static final String CT_20 =
      "{'kind':'ct-parallel','views':20,'detectorBins':95,'noise':{'type':'gaussian','sigma':0.01}}";
  public static final String LOW_DOSE_CT =
      "{'kind':'ct-parallel','views':24,'detectorBins':30,"
          + "'noise':{'type':'poisson','photons':100000,'attenuation':3}}";
  public static final String INPAINTING = inpainting("free-form", 0.2, 0.4);

  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.02}}";
  public static final String DENOISING = "{'kind':'denoising'," + NOISE;
  public static final String SR_4 = "{'kind':'super-resolution','factor':4," + NOISE;
  public static final String SR_2 = "{'kind':'super-resolution','factor':2," + NOISE;
  public static final String SR_4_BICUBIC =
      "{'kind':'super-resolution','factor':4,'kernel':'bicubic'," + NOISE;
  public static final String SR_2_BICUBIC =
      "{'kind':'super-resolution','factor':2,'kernel':'bicubic'," + NOISE;
  public static final String GAUSSIAN_BLUR = "{'kind':'gaussian-blur','blur':1.5," + NOISE;
  public static final String HDR = "{'kind':'hdr'," + NOISE;
  public static final String NONLINEAR_BLUR = "{'kind':'nonlinear-blur','blur':1.2," + NOISE;

  public static final String PHASE = "{'kind':'phase-retrieval'," + NOISE;

  public static final String MOTION_BLUR =
      "{'kind':'motion-blur','length':7,'angleDegrees':30," + NOISE;
  public static final String MRI = "{'kind':'mri-cartesian','acceleration':3," + NOISE;
  public static final String MRI_COILS =
      "{'kind':'mri-cartesian','acceleration':4,'coils':4,'maps':'record'," + NOISE;
  public static final String MRI_RADIAL_ONE_COIL = "{'kind':'mri-radial','spokes':9," + NOISE;
  public static final String MRI_RADIAL = "{'kind':'mri-radial','spokes':12,'coils':2," + NOISE;

  public static final String COLUMN_SUM = "{'kind':'column-sum'," + NOISE;

  public static final String FAN =
      "{'kind':'ct-fan','views':24,'detectorBins':33,'binSize':1.2,'sourceToOrigin':40,"
          + "'sourceToDetector':70,'pixelSize':1.1,'startDegrees':20,'attenuation':0.05,"
          + NOISE;
  public static final String FAN_CURVED =
      "{'kind':'ct-fan','views':20,'detectorBins':30,'binSize':0.2,'sourceToOrigin':3,"
          + "'sourceToDetector':4.5,'pixelSize':0.1,'detector':'curved','centre':13.5,"
          + "'angleRangeDegrees':-200,'filter':'hann',"
          + NOISE;
  public static final String PARALLEL_OFF_CENTRE =
      "{'kind':'ct-parallel','views':10,'detectorBins':40,'startDegrees':-30,'centre':17.25,"
          + "'binSize':0.8,'attenuation':2,"
          + NOISE;
  public static final String FAN_ANY_ANGLE =
      "{'kind':'ct-fan','views':24,'detectorBins':33,'binSize':1.2,'sourceToOrigin':40,"
          + "'sourceToDetector':70,'pixelSize':1.1,'angleRangeDegrees':240,'angles':'record',"
          + NOISE;
  public static final String FAN_PHOTONS =
      "{'kind':'ct-fan','views':24,'detectorBins':33,'binSize':1.2,'sourceToOrigin':40,"
          + "'sourceToDetector':70,'pixelSize':1.1,'attenuation':0.05,"
          + "'noise':{'type':'poisson','photons':100000}}";

  public static final String LENSLESS = "{'kind':'lensless','brightness':3," + NOISE;
  public static final String LENSLESS_WIDE = "{'kind':'lensless','brightness':1,'scene':2," + NOISE;

  public static final String INTERFEROMETRY =
      "{'kind':'interferometry','fieldOfView':100,'brightness':3,'samples':60,"
          + "'noise':{'type':'gaussian','sigma':0.03125}}"; // A float32 as well.

  private OperatorTestCases() {}

  public static String inpainting(String type, double least, double most) {
    return "{'kind':'inpainting','mask':{'type':'%s','leastHidden':%s,'mostHidden':%s},%s"
        .formatted(type, least, most, NOISE);
  }

  public static Stream<Named<ForwardOperator>> bound() {
    return Stream.concat(Stream.of(scanOfTheSky()), drawn());
  }

  /** Of every kind of value but phases, whose differences wrap. */
  private static Named<ForwardOperator> scanOfTheSky() {
    var operator = create(INTERFEROMETRY, new ImageShape(12, 9, 1));
    var auxiliary = new HashMap<>(operator.drawAuxiliary(new Random(3)));
    var type = new float[60];
    for (int i = 0; i < type.length; i++) {
      type[i] = new float[] {0, 2, 3, 4}[i % 4];
    }
    auxiliary.put("type", type);
    return Named.of(operator.spec() + " without phases", operator.bind(auxiliary));
  }

  private static Stream<Named<ForwardOperator>> drawn() {
    return Stream.of(
            create(CT_20, new ImageShape(64, 64, 1)),
            create(
                "{'kind':'ct-parallel','views':7,'detectorBins':30,'angleRangeDegrees':120,"
                    + "'filter':'hann','noise':{'type':'gaussian','sigma':0.05}}",
                new ImageShape(16, 20, 3)),
            create(LOW_DOSE_CT, new ImageShape(20, 20, 1)),
            create(DENOISING, new ImageShape(10, 13, 3)),
            create(LENSLESS, new ImageShape(14, 18, 3)),
            create(LENSLESS_WIDE, new ImageShape(24, 20, 1)),
            create(FAN, new ImageShape(16, 20, 1)),
            create(FAN_CURVED, new ImageShape(18, 13, 2)),
            create(FAN_PHOTONS, new ImageShape(17, 16, 1)),
            create(FAN_ANY_ANGLE, new ImageShape(14, 16, 1)),
            create(PARALLEL_OFF_CENTRE, new ImageShape(16, 22, 1)),
            create(INPAINTING, new ImageShape(32, 32, 1)),
            create(INPAINTING, new ImageShape(9, 14, 3)),
            create(inpainting("box", 0.1, 0.3), new ImageShape(16, 20, 2)),
            create(inpainting("random", 0.5, 0.9), new ImageShape(20, 16, 1)),
            create(SR_2, new ImageShape(12, 20, 2)),
            create(SR_4, new ImageShape(32, 32, 1)),
            create(SR_4, new ImageShape(16, 24, 3)),
            create(SR_4_BICUBIC, new ImageShape(32, 24, 1)),
            create(SR_2_BICUBIC, new ImageShape(32, 32, 1)),
            create(SR_2_BICUBIC, new ImageShape(10, 12, 2)),
            create(GAUSSIAN_BLUR, new ImageShape(32, 32, 1)),
            create(GAUSSIAN_BLUR, new ImageShape(8, 11, 3)),
            create(HDR, new ImageShape(16, 20, 3)),
            create(NONLINEAR_BLUR, new ImageShape(32, 32, 1)),
            create(NONLINEAR_BLUR, new ImageShape(12, 9, 2)),
            create(PHASE, new ImageShape(16, 16, 1)),
            create(PHASE, new ImageShape(8, 16, 2)),
            create(MOTION_BLUR, new ImageShape(16, 20, 2)),
            create(MRI, new ImageShape(32, 32, 1)),
            create(MRI_COILS, new ImageShape(16, 32, 1)),
            create(MRI_COILS, new ImageShape(18, 13, 2)),
            create(MRI, new ImageShape(13, 16, 1)),
            create(MRI_RADIAL, new ImageShape(10, 12, 2)),
            create(PHASE, new ImageShape(6, 11, 1)),
            create(MRI, new ImageShape(30, 22, 1)),
            create(MRI_RADIAL_ONE_COIL, new ImageShape(16, 12, 1)),
            create(MRI_RADIAL, new ImageShape(16, 16, 1)),
            create(COLUMN_SUM, new ImageShape(12, 10, 1)))
        .map(
            operator ->
                Named.of(
                    operator.spec() + " of " + operator.imageShape(),
                    operator.bind(operator.drawAuxiliary(new Random(3)))));
  }

  public static Stream<Named<ForwardOperator>> linear() {
    return Stream.concat(
        bound().filter(named -> named.getPayload().linear()),
        Stream.of(MRI, MRI_COILS).map(OperatorTestCases::scanOfAMask));
  }

  /** MRI whose record says where it was sampled. */
  private static Named<ForwardOperator> scanOfAMask(String spec) {
    var operator = create(spec, new ImageShape(16, 32, 1));
    var random = new Random(4);
    var auxiliary = new HashMap<>(operator.drawAuxiliary(random));
    var mask = new float[16 * 32];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = random.nextInt(3) == 0 ? 1 : 0;
    }
    auxiliary.put("mask", mask);
    return Named.of(spec + " with a mask", operator.bind(auxiliary));
  }

  public static Stream<Named<ForwardOperator>> spectral() {
    return bound().filter(named -> named.getPayload().spectralForm().isPresent());
  }

  public static ForwardOperator create(String spec, ImageShape shape) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec.replace('\'', '"')), shape);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static ForwardOperator masked(ImageShape shape, float... mask) {
    return create(INPAINTING, shape).bind(Map.of("mask", mask));
  }

  public static int measurementSize(ForwardOperator operator) {
    int size = 1;
    for (int side : operator.measurementShape()) {
      size *= side;
    }
    return size;
  }

  /**
   * For each value the square of the stated noise over that of the value, from the definition of
   * counted photons; 1 everywhere for other noise.
   */
  public static float[] weights(ForwardOperator operator, float[] measurement) {
    var weights = filled(measurement.length, 1);
    var noise = operator.spec().path("noise");
    if (noise.path("type").asText().equals("poisson")) {
      boolean physical = operator.spec().has("attenuation"); // y is the integral itself.
      double attenuation = physical ? 1 : noise.get("attenuation").doubleValue();
      var paths = operator.measure(filled(operator.imageShape().size(), 1));
      for (int i = 0; i < weights.length; i++) {
        double integral = physical ? measurement[i] : (measurement[i] + paths[i]) / 2;
        double count = noise.get("photons").doubleValue() * Math.exp(-attenuation * integral);
        double deviation = (physical ? 1 : 2) / (attenuation * Math.sqrt(Math.max(1, count)));
        weights[i] = (float) Math.pow(operator.noiseSigma() / deviation, 2);
      }
    }
    return weights;
  }

  public static float[] filled(int size, float value) {
    var out = new float[size];
    Arrays.fill(out, value);
    return out;
  }

  public static float[] times(float[] a, float[] b) {
    var out = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] * b[i];
    }
    return out;
  }

  public static float[] uniform(int size, RandomGenerator random) {
    var out = new float[size];
    for (int i = 0; i < size; i++) {
      out[i] = (float) (2 * random.nextDouble() - 1);
    }
    return out;
  }

  public static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  public static float[] minus(float[] a, float[] b) {
    var out = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      out[i] = a[i] - b[i];
    }
    return out;
  }

  public static float[] moved(float[] x, float[] direction, double step) {
    var out = x.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += (float) (step * direction[i]);
    }
    return out;
  }

  public static double norm(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  /** A picture in [-1, 1] of the points for which a shape holds; x right and y up in [-1, 1]. */
  public static float[] picture(int side, BiPredicate<Double, Double> inside, float value) {
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
