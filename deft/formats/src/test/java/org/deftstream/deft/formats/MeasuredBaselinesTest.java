package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.operator.imaging.LensCalibration;
import org.deftstream.deft.operator.interferometry.ClosureRecord;
import org.deftstream.deft.operator.mri.CoilCalibration;
import org.deftstream.deft.variational.Fista;
import org.deftstream.deft.variational.TotalVariation;
import org.deftstream.deft.variational.WaveletSparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whether the operators are the instruments: what the classical methods make of what real ones
 * measured, against references that others made. Each line that is printed is a figure of
 * docs/operators.md.
 */
class MeasuredBaselinesTest extends MeasuredFiles {
  private static ForwardOperator operator(String spec, int height, int width, int channels) {
    try {
      return Operators.create(
          new ObjectMapper().readTree(spec.replace('\'', '"')),
          new ImageShape(height, width, channels));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void print(String format, Object... values) {
    System.out.println("measured: " + String.format(Locale.ROOT, format, values));
  }

  /** Limited angles of a disc with holes; the challenge's score against its organisers' mask. */
  @ParameterizedTest
  @CsvSource({
    "tb_subsample_30, tb_full_recon_fbp_seg, 0.34, 0.43, 0.50",
    "tb_subsample_90, tb_full_recon_fbp_seg, 0.63, 0.71, 0.80",
  })
  void shouldSeeTheHolesOfADiscAsOthersDo(
      String scan, String mask, double least, double most, double variation) throws IOException {
    int side = 256;
    var options =
        ReadOptions.STANDARD.of("sinogram").with(Map.of("angles", "parameters.angles"), Set.of());
    var sample = ImageFormats.read(there("htc2022/" + scan + ".mat"), options).samples().get(0);
    float[] y = sample.values().values();
    var reference = ImageIO.read(there("htc2022/" + mask + ".png").toFile()).getRaster();
    var task =
        operator(
            "{'kind':'ct-fan','views':360,'detectorBins':560,'binSize':0.2,"
                + "'sourceToOrigin':410.66,'sourceToDetector':553.74,'pixelSize':0.2966,"
                + "'startDegrees':-90,'attenuation':0.045,'filter':'hann',"
                + "'noise':{'type':'gaussian','sigma':0.0043}}",
            side,
            side,
            1);
    var bound =
        task.sizedFor(sample.values().shape())
            .bind(Map.of("angles", sample.auxiliary().get("angles").values()));
    bound.requireInRange(y);

    float[] filtered = bound.pseudoInverse(y);
    double ofFiltered = matthews(filtered, reference, side);
    float[] flat =
        Fista.reconstruct(
            bound, y, new TotalVariation(task.imageShape(), -1, 1, 20), 1e-3, filtered, 150);
    double ofVariation = matthews(flat, reference, side);

    print("%s: FBP %.2f, total variation %.2f", scan, ofFiltered, ofVariation);
    assertThat(ofFiltered).isBetween(least, most);
    assertThat(ofVariation).isGreaterThan(variation);
  }

  /** Matthews' correlation of what lies above Otsu's threshold with a mask of 512 pixels. */
  private static double matthews(float[] image, Raster mask, int side) {
    double threshold = otsu(image);
    double[] counts = new double[4];
    for (int i = 0; i < 512 * 512; i++) {
      float value = image[i / 512 * side / 512 * side + i % 512 * side / 512];
      boolean inside = mask.getSample(i % 512, i / 512, 0) > 0;
      counts[(value > threshold ? 2 : 0) + (inside ? 1 : 0)]++;
    }
    double tn = counts[0];
    double fn = counts[1];
    double fp = counts[2];
    double tp = counts[3];
    return (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  }

  private static double otsu(float[] image) {
    var sorted = image.clone();
    Arrays.sort(sorted);
    double total = 0;
    for (float value : sorted) {
      total += value;
    }
    double below = 0;
    double best = -1;
    double threshold = 0;
    for (int i = 0; i < sorted.length - 1; i++) {
      below += sorted[i];
      double share = i + 1;
      double rest = sorted.length - share;
      double apart = below / share - (total - below) / rest;
      if (share * rest * apart * apart > best) {
        best = share * rest * apart * apart;
        threshold = (sorted[i] + sorted[i + 1]) / 2;
      }
    }
    return threshold;
  }

  /** A tooth at a synchrotron, 23 views against all 181. */
  @Test
  void shouldSeeAToothOfFewViewsAsOthersDo() {
    var row = ImageFormats.read(there("tooth/tooth.h5"), ReadOptions.STANDARD).samples().get(0);
    float[] degrees = row.auxiliary().get("theta").values();
    int side = 320;
    var all = new float[degrees.length * side]; // Detector pixels joined in pairs.
    for (int i = 0; i < all.length; i++) {
      float[] wide = row.values().values();
      all[i] = (wide[2 * i] + wide[2 * i + 1]) / 2;
    }
    var task =
        operator(
            "{'kind':'ct-parallel','views':181,'detectorBins':320,'centre':147.6,"
                + "'attenuation':3,'noise':{'type':'gaussian','sigma':0.009}}",
            side,
            side,
            1);
    float[] reference = bound(task, degrees).pseudoInverse(all);
    int[] picked = IntStream.iterate(0, i -> i < degrees.length, i -> i + 8).toArray();
    var few = new float[picked.length];
    var y = new float[picked.length * side];
    for (int i = 0; i < picked.length; i++) {
      few[i] = degrees[picked[i]];
      System.arraycopy(all, picked[i] * side, y, i * side, side);
    }
    var operator = bound(task, few);

    float[] filtered = operator.pseudoInverse(y);
    float[] flat =
        Fista.reconstruct(
            operator, y, new TotalVariation(task.imageShape(), -1, 9, 20), 3e-3, filtered, 150);

    double ofFiltered = decibels(filtered, reference);
    double ofVariation = decibels(flat, reference);
    print(
        "tooth, %d views: FBP %.1f dB, total variation %.1f dB",
        picked.length, ofFiltered, ofVariation);
    assertThat(picked).hasSize(23);
    assertThat(ofFiltered).isBetween(13.0, 16.0);
    assertThat(ofVariation).isGreaterThan(23);
  }

  private static ForwardOperator bound(ForwardOperator task, float[] degrees) {
    return task.sizedFor(new int[] {degrees.length, 320}).bind(Map.of("angles", degrees));
  }

  /** In the box of the object, against its 99.9th percentile. */
  private static double decibels(float[] image, float[] reference) {
    var box = new ArrayList<Float>();
    double squares = 0;
    for (int y = 75; y < 230; y++) {
      for (int x = 95; x < 235; x++) {
        double error = image[y * 320 + x] - reference[y * 320 + x];
        squares += error * error;
        box.add(reference[y * 320 + x] + 1);
      }
    }
    Collections.sort(box);
    double peak = box.get((int) (0.999 * (box.size() - 1)));
    return 10 * Math.log10(peak * peak * box.size() / squares);
  }

  /** A tenth of the samples is left out and predicted. */
  @Test
  void shouldPredictTheSamplesOfAHead() {
    int coils = 8;
    int height = 230;
    int width = 180;
    float[] samples =
        ImageFormats.read(
                there("mri-8coil/cartesian_ksp.npy"),
                ReadOptions.STANDARD.fitting(shape -> shape.length == 4))
            .samples()
            .get(0)
            .values()
            .values();
    var scan = CoilCalibration.of(samples, coils, height, width);
    var task =
        operator(
            "{'kind':'mri-cartesian','acceleration':1,'centred':true,'coils':8,'maps':'record',"
                + "'noise':{'type':'gaussian','sigma':0.02}}",
            height,
            width,
            2);
    var taken = scan.mask().clone();
    var left = new float[taken.length];
    var random = new Random(7);
    for (int i = 0; i < taken.length; i++) {
      if (taken[i] > 0 && random.nextInt(10) == 0) {
        taken[i] = 0;
        left[i] = 1;
      }
    }
    var operator = bound(task, scan, taken);
    var heldOut = bound(task, scan, left);
    float[] y = operator.measured(scan.values());
    float[] unseen = heldOut.measured(scan.values());

    float[] zeroFilled = operator.pseudoInverse(y);
    float[] sparse =
        Fista.reconstruct(
            operator, y, new WaveletSparsity(task.imageShape(), 4, 1), 0.01, zeroFilled, 80);

    double before = heldOut.residual(zeroFilled, unseen);
    double after = heldOut.residual(sparse, unseen);
    print(
        "brain, held-out samples in units of the noise: zero-filled %.2f, l1-wavelet %.2f"
            + " (its own samples %.2f)",
        before, after, operator.residual(sparse, y));
    assertThat(operator.residual(sparse, y)).isBetween(0.8, 1.2);
    assertThat(after).isLessThan(1.5).isLessThan(before / 3);
  }

  private static ForwardOperator bound(ForwardOperator task, CoilCalibration scan, float[] mask) {
    return task.bind(
        Map.of(
            "sensitivities",
            scan.sensitivities(),
            "mask",
            mask,
            "sigma",
            new float[] {(float) scan.sigma()}));
  }

  @Test
  void shouldSeeAHandWithoutALens() throws IOException {
    var pictures = unzipped(there("diffusercam/diffusercam-hand.zip"), ".tif");
    float[] first = averaged(pictures.get(0));
    float[] second = averaged(pictures.get(1));
    boolean sceneFirst = norm(first) > norm(second); // A point of light leaves most of it dark.
    var record =
        LensCalibration.of(sceneFirst ? first : second, sceneFirst ? second : first, 300, 400);
    var task =
        operator(
            "{'kind':'lensless','brightness':400000,'noise':{'type':'gaussian','sigma':100}}",
            300,
            400,
            1);
    var operator =
        task.bind(
            Map.of("psf", record.psf(), "brightness", new float[] {(float) record.brightness()}));
    var dark = new float[300 * 400];
    Arrays.fill(dark, -1);

    float[] image =
        Fista.reconstruct(
            operator,
            record.values(),
            new TotalVariation(task.imageShape(), -1, Double.POSITIVE_INFINITY, 1),
            0,
            dark,
            150);

    double rest = norm(operator.unexplained(image, record.values())) / norm(record.values());
    print("hand, 150 steps of FISTA: %.2f %% of the norm are left", 100 * rest);
    assertThat(rest).isLessThan(0.012);
    double brightest = 0;
    for (float value : image) {
      brightest = Math.max(brightest, value);
    }
    assertThat(brightest).as("in the scale of images").isBetween(0.7, 4.0);
  }

  /** A picture of the archive, averaged over blocks of 4 x 4. */
  private static float[] averaged(Path file) {
    float[] pixels =
        ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0).values().values();
    var out = new float[300 * 400];
    for (int i = 0; i < pixels.length; i++) {
      out[i / 1600 / 4 * 400 + i % 1600 / 4] += pixels[i] / 16;
    }
    return out;
  }

  /**
   * Rings, of which closure quantities alone choose one: its diameter, and where it is brighter.
   */
  @Test
  void shouldMeasureTheRingOfM87() throws IOException {
    var days = new ArrayList<Path>();
    for (Path file : untarred(there("eht-m87/EHTC_FirstM87Results_Apr2019_uvfits.tgz"))) {
      if (file.getFileName().toString().contains("_lo_")) {
        days.add(file);
      }
    }
    assertThat(days).hasSize(4);
    for (Path day : days) {
      var record = closures(day);
      int count = record.values().length;
      var operator =
          operator(
                  "{'kind':'interferometry','fieldOfView':120,'brightness':12,'sign':1,"
                      + "'noise':{'type':'gaussian','sigma':0.05}}",
                  64,
                  64,
                  1)
              .sizedFor(new int[] {count})
              .bind(Map.of("type", record.type(), "uv", record.uv(), "sigma", record.sigma()));
      double best = Double.POSITIVE_INFINITY;
      int diameter = 0;
      int brighter = 0;
      for (int d = 32; d <= 54; d += 2) {
        for (int angle = 0; angle < 360; angle += 30) {
          double residual = operator.residual(ring(d, angle), record.values());
          if (residual < best) {
            best = residual;
            diameter = d;
            brighter = angle;
          }
        }
      }
      print(
          "M87 %s: of rings, %d microarcseconds, brighter at %d degrees east of north, residual %.1f",
          day.getFileName().toString().substring(8, 20), diameter, brighter, best);
      assertThat(diameter).isBetween(38, 46);
      assertThat(brighter).as("in the south").isBetween(90, 270);
    }
  }

  /** Closure phases and log closure amplitudes over two minutes, with a twentieth of error more. */
  private static ClosureRecord closures(Path file) {
    var scan = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0);
    float[] v = scan.values().values();
    var seen = new ArrayList<ClosureRecord.Visibility>();
    for (int i = 0; i < v.length / 2; i++) {
      int baseline = (int) scan.auxiliary().get("baseline").values()[i];
      seen.add(
          new ClosureRecord.Visibility(
              86400.0 * scan.auxiliary().get("time").values()[i],
              baseline / 256,
              baseline % 256,
              scan.auxiliary().get("u").values()[i],
              scan.auxiliary().get("v").values()[i],
              v[2 * i],
              v[2 * i + 1],
              scan.auxiliary().get("sigma").values()[i]));
    }
    var all = ClosureRecord.of(seen, 120, 0.1, 1e8);
    int[] kept =
        IntStream.range(0, all.values().length)
            .filter(i -> all.type()[i] == 1 || all.type()[i] == 2)
            .toArray();
    var record =
        new ClosureRecord(
            new float[kept.length],
            new float[kept.length],
            new float[8 * kept.length],
            new float[kept.length]);
    for (int i = 0; i < kept.length; i++) {
      record.values()[i] = all.values()[kept[i]];
      record.type()[i] = all.type()[kept[i]];
      record.sigma()[i] = (float) Math.hypot(all.sigma()[kept[i]], 0.05);
      System.arraycopy(all.uv(), 8 * kept[i], record.uv(), 8 * i, 8);
    }
    return record;
  }

  /** 0.6 Jansky in 12 over a square of 120 microarcseconds; an angle east of north is brighter. */
  private static float[] ring(double diameter, double brighterDegrees) {
    var image = new float[64 * 64];
    double sum = 0;
    for (int i = 0; i < image.length; i++) {
      double east = (31.5 - i % 64) * 120 / 64;
      double north = (31.5 - i / 64) * 120 / 64;
      double off = Math.hypot(east, north) - diameter / 2;
      double turn = Math.atan2(east, north) - Math.toRadians(brighterDegrees);
      image[i] = (float) (Math.exp(-off * off / 50) * (1 + 0.6 * Math.cos(turn)));
      sum += image[i];
    }
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) (image[i] / sum * 0.6 * 2 * 64 * 64 / 12 - 1);
    }
    return image;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
