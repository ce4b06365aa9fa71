package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether the operators are the instruments: what the classical methods make of what real ones
 * measured, against references that others made. Each line that is printed is a figure of
 * docs/operators.md. Skipped without {@code -Ddeftstream.instruments=DIR}, which says where the
 * files lie.
 */
@Timeout(3_600)
class MeasuredBaselinesTest {
  private static final Path TASKS = Path.of("../../deft/models/instruments/tasks");

  /** Channels of the priors' images; their sizes stand in the tasks. */
  private static final Map<String, ImageShape> PRIORS =
      Map.of(
          "ct",
          new ImageShape(64, 64, 1),
          "discs",
          new ImageShape(128, 128, 1),
          "photo",
          new ImageShape(64, 64, 3),
          "brain",
          new ImageShape(64, 64, 2),
          "radio",
          new ImageShape(64, 64, 1));

  @TempDir Path directory;

  private List<Scan> scans(Instrument instrument) throws IOException {
    String given = System.getProperty("deftstream.instruments", "");
    assumeTrue(
        !given.isEmpty(), "no measured files: -Ddeftstream.instruments=DIR names where they are");
    var data =
        Catalogue.read().stream().filter(set -> set.name().equals(instrument.name())).findFirst();
    var search = new DataFolder(Path.of(given), directory).find(data.orElseThrow());
    assumeTrue(search instanceof DataFolder.Found, search::toString);
    var tasks = new HashMap<String, Task>();
    for (var name : instrument.tasks()) {
      tasks.put(
          name,
          Task.parse(Files.readString(TASKS.resolve(Task.fileName(name) + ".json")), PRIORS::get));
    }
    var scans = instrument.scans(((DataFolder.Found) search).files(), tasks);
    assertThat(scans).isNotEmpty();
    return scans;
  }

  /** The first figure of each baseline, after all were printed. */
  private static List<Double> judged(Instrument instrument, Scan scan) {
    var firsts = new ArrayList<Double>();
    for (var estimate : scan.baselines()) {
      var figures = scan.figures(estimate);
      System.out.println(
          "measured: %s, %s, %s: %s"
              .formatted(
                  instrument.name(),
                  scan.title(),
                  estimate.method(),
                  figures.stream()
                      .map(
                          figure ->
                              String.format(
                                  Locale.ROOT,
                                  "%s %.3f %s",
                                  figure.name(),
                                  figure.value(),
                                  figure.unit()))
                      .collect(Collectors.joining(", "))));
      firsts.add(figures.get(0).value());
    }
    return firsts;
  }

  /** Limited angles of a disc with holes; the challenge's score against its organisers' mask. */
  @Test
  void shouldSeeTheHolesOfADiscAsOthersDo() throws IOException {
    var instrument = new HoledDiscs();
    var scans = scans(instrument);
    assertThat(scans).hasSize(3);
    var thirty = judged(instrument, scans.get(0));
    assertThat(thirty.get(0)).isBetween(0.34, 0.43);
    assertThat(thirty.get(1)).isGreaterThan(0.5);
    assertThat(judged(instrument, scans.get(1)).get(0)).isBetween(0.34, 0.45);
    var ninety = judged(instrument, scans.get(2));
    assertThat(ninety.get(0)).isBetween(0.63, 0.71);
    assertThat(ninety.get(1)).isGreaterThan(0.8);
  }

  /** A tooth at a synchrotron, 23 views against all 181. */
  @Test
  void shouldSeeAToothOfFewViewsAsOthersDo() throws IOException {
    var instrument = new Tooth();
    var scan = scans(instrument).get(0);
    var figures = judged(instrument, scan);

    assertThat(scan.record().shape()).containsExactly(23, 320);
    assertThat(figures.get(0)).isBetween(13.0, 16.0);
    assertThat(figures.get(1)).isGreaterThan(25);
  }

  /** A tenth of the samples is left out and predicted. */
  @Test
  void shouldPredictTheSamplesOfAHead() throws IOException {
    var instrument = new HeadScan();
    var scan = scans(instrument).get(0);
    var figures = judged(instrument, scan);

    assertThat(figures.get(1)).isLessThan(1.5).isLessThan(figures.get(0) / 3);
    double own = scan.figures(scan.baselines().get(1)).get(1).value();
    assertThat(own).as("its own samples").isBetween(0.8, 1.2);
  }

  @Test
  void shouldSeeAHandWithoutALens() throws IOException {
    var instrument = new LenslessHand();
    var scan = scans(instrument).get(0);

    assertThat(judged(instrument, scan).get(0)).as("part that is left, %").isLessThan(1.2);
    double brightest = 0;
    for (float value : scan.baselines().get(0).image()) {
      brightest = Math.max(brightest, value);
    }
    assertThat(brightest).as("in the scale of images").isBetween(0.7, 4.0);
  }

  /** Rings, of which closures and amplitudes choose one: its diameter, and where it is brighter. */
  @Test
  void shouldMeasureTheRingOfM87() throws IOException {
    var instrument = new BlackHole();
    var scans = scans(instrument);
    assertThat(scans).hasSize(4);
    for (var scan : scans) {
      assertThat(judged(instrument, scan).get(0)).isBetween(38.0, 46.0);
      assertThat(scan.figures(scan.baselines().get(0)).get(1).value())
          .as("in the south")
          .isBetween(90.0, 270.0);
    }
  }

  /** Measured again by computation, so that the truth is known. */
  @Test
  void shouldSeeSlicesOfClinicalScanners() throws IOException {
    var instrument = new ClinicalCt();
    for (var scan : scans(instrument)) {
      var figures = judged(instrument, scan);
      assertThat(figures.get(1)).isLessThan(figures.get(0));
      assertThat(scan.record().geometry().placed()).isTrue();
    }
  }
}
