package org.deftstream.devstack.instruments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.interferometry.ClosureRecord;
import org.deftstream.deft.task.MethodSettings;
import org.deftstream.deft.task.Task;

/**
 * M87 on four days, by closure phases and log closure amplitudes, which hold whatever the stations
 * did to phases and gains, and by amplitudes with a tenth for the gains. The spread of the ring's
 * diameter is that of single samples.
 */
final class BlackHole implements Instrument {
  static final String TASK = "radio/eht";
  private static final String DRAW = "radio/eht-draw";
  private static final int DRAWS = 8;
  private static final double INTERVAL_SECONDS = 300;
  private static final double GAIN_ERROR = 0.1;
  private static final double SHORTEST = 1e8;

  /** A twentieth, of what no station's noise tells. */
  private static final double SYSTEMATIC = 0.05;

  /** What the published images send, in millijansky; rings beside ours send half to twice that. */
  private static final int PUBLISHED_FLUX = 600;

  private static final int FLUX_STEP = 50;

  /** Day of the year 2017, and of April. */
  private static final Map<String, Integer> DAYS = Map.of("095", 5, "096", 6, "100", 10, "101", 11);

  @Override
  public String name() {
    return "eht-m87";
  }

  @Override
  public List<String> tasks() {
    return List.of(TASK);
  }

  @Override
  public List<Task> further(Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var free = task.trainingFree();
    return List.of(
        new Task(
            DRAW,
            task.prior(),
            task.imageSize(),
            task.operator(),
            new MethodSettings(free.method(), free.parameters(), free.sampler().withSamples(1)),
            task.learnedSampler().withSamples(1)));
  }

  @Override
  public List<Scan> scans(Map<String, Path> files, Map<String, Task> tasks) {
    var task = tasks.get(TASK);
    var single = further(tasks).get(0);
    var scans = new ArrayList<Scan>();
    for (String day : DAYS.keySet().stream().sorted().toList()) {
      var closures = closures(files.get("SR1_M87_2017_" + day + "_lo_hops_netcal_StokesI.uvfits"));
      int count = closures.values().length;
      var values = NumericArray.of(closures.values(), count);
      var auxiliary =
          Map.of(
              "type",
              NumericArray.of(closures.type(), count),
              "uv",
              NumericArray.of(closures.uv(), count, 4, 2),
              "sigma",
              NumericArray.of(closures.sigma(), count));
      var draws = new ArrayList<TaskSample>();
      for (int i = 1; i <= DRAWS; i++) {
        draws.add(
            Records.of(single, "eht-m87/m87-%s-draw-%d.npy".formatted(day, i), values, auxiliary));
      }
      scans.add(
          new Day(
              DAYS.get(day),
              Records.of(task, "eht-m87/m87-" + day + ".npy", values, auxiliary),
              draws,
              Records.bound(task.operator(), values, auxiliary),
              new Ring(
                  task.operator().imageShape(),
                  task.operator().spec().get("fieldOfView").doubleValue())));
    }
    return scans;
  }

  /** Over five minutes; closures with a twentieth of error more. */
  private static ClosureRecord closures(Path file) {
    var scan = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0);
    float[] v = scan.values().values();
    var seen = new ArrayList<ClosureRecord.Visibility>();
    for (int i = 0; i < v.length / 2; i++) {
      int baseline = (int) scan.auxiliary().get("baseline").values()[i];
      seen.add(
          new ClosureRecord.Visibility(
              86_400.0 * scan.auxiliary().get("time").values()[i],
              baseline / 256,
              baseline % 256,
              scan.auxiliary().get("u").values()[i],
              scan.auxiliary().get("v").values()[i],
              v[2 * i],
              v[2 * i + 1],
              scan.auxiliary().get("sigma").values()[i]));
    }
    var all = ClosureRecord.of(seen, INTERVAL_SECONDS, GAIN_ERROR, SHORTEST);
    float[] sigma = all.sigma().clone();
    for (int i = 0; i < sigma.length; i++) {
      if (all.type()[i] == 1 || all.type()[i] == 2) {
        sigma[i] = (float) Math.hypot(sigma[i], SYSTEMATIC);
      }
    }
    return new ClosureRecord(all.values(), all.type(), all.uv(), sigma);
  }

  /** Of a ring: its diameter in microarcseconds, and where it is brighter, east of north. */
  private record Shape(int diameter, int degrees) {}

  private record Day(
      int april, TaskSample record, List<TaskSample> draws, ForwardOperator operator, Ring ring)
      implements Scan {

    @Override
    public String title() {
      return april + " April 2017";
    }

    @Override
    public String known() {
      return "Published: a ring of 42 ± 3 microarcseconds, brighter in the south.";
    }

    /** The phases and amplitudes one beside the other, as they came. */
    @Override
    public byte[] measured() {
      int columns = (int) Math.ceil(Math.sqrt(record.values().length));
      var square = new float[columns * columns];
      System.arraycopy(record.values(), 0, square, 0, record.values().length);
      return Pictures.stretched(square, columns);
    }

    /** Of rings of every diameter, brighter in every direction, and of every flux, the best. */
    @Override
    public List<Estimate> baselines() {
      int flux = bestFlux(bestShape(PUBLISHED_FLUX));
      var best = bestShape(flux);
      return List.of(Estimate.of("best of rings", image(best, flux), operator.imageShape()));
    }

    private Shape bestShape(int flux) {
      return IntStream.rangeClosed(16, 27)
          .mapToObj(radius -> 2 * radius)
          .flatMap(
              diameter -> IntStream.range(0, 12).mapToObj(turn -> new Shape(diameter, 30 * turn)))
          .min(Comparator.comparingDouble(shape -> residual(shape, flux)))
          .orElseThrow();
    }

    private int bestFlux(Shape shape) {
      return IntStream.rangeClosed(PUBLISHED_FLUX / 2 / FLUX_STEP, 2 * PUBLISHED_FLUX / FLUX_STEP)
          .mapToObj(step -> step * FLUX_STEP)
          .min(Comparator.comparingDouble(flux -> residual(shape, flux)))
          .orElseThrow();
    }

    private double residual(Shape shape, int flux) {
      return operator.residual(image(shape, flux), record.values());
    }

    private float[] image(Shape shape, int flux) {
      double brightness = operator.spec().get("brightness").doubleValue();
      return ring.image(shape.diameter(), shape.degrees(), 1e-3 * flux / brightness);
    }

    /**
     * The mean of single samples that were moved onto each other: where on the sky the light is,
     * neither closures nor amplitudes tell.
     */
    @Override
    public Estimate posterior(Answer answer) {
      var draws = answer.draws();
      return draws.isEmpty()
          ? Scan.super.posterior(answer)
          : new Estimate(
              "mean of single samples", ring.overlay(draws).mean(), operator.imageShape(), draws);
    }

    /** Of single samples their medians: one that is no ring at all does not move those. */
    @Override
    public List<Figure> figures(Estimate estimate) {
      var judged = estimate.draws().isEmpty() ? List.of(estimate.image()) : estimate.draws();
      var diameters = judged.stream().mapToDouble(draw -> ring.of(draw).diameter()).toArray();
      var residuals =
          judged.stream().mapToDouble(draw -> operator.residual(draw, record.values())).toArray();
      return List.of(
          new Figure(
              "diameter of the ring", "microarcseconds", 1, median(diameters), spread(diameters)),
          Figure.of(
              "brighter at",
              "degrees east of north",
              0,
              ring.of(estimate.image()).brighterDegrees()),
          Figure.residual(median(residuals)));
    }

    private static double median(double[] values) {
      var sorted = values.clone();
      Arrays.sort(sorted);
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double spread(double[] values) {
      if (values.length < 2) {
        return Double.NaN;
      }
      double mean = 0;
      for (double value : values) {
        mean += value / values.length;
      }
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return Math.sqrt(squares / (values.length - 1));
    }

    @Override
    public byte[] picture(Estimate estimate) {
      var light = new float[estimate.image().length];
      float most = 0;
      for (int i = 0; i < light.length; i++) {
        light[i] = Math.max(0, estimate.image()[i] + 1);
        most = Math.max(most, light[i]);
      }
      return Pictures.grey(light, estimate.shape().width(), 0, Math.max(1e-6, most));
    }

    /** Of what {@link #posterior} is the mean of. */
    @Override
    public byte[] deviation(Answer answer) {
      var draws = answer.draws();
      return Pictures.map(
          draws.isEmpty() ? answer.deviation() : ring.overlay(draws).deviation(),
          record.image().width());
    }
  }
}
