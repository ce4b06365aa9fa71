package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;
import static org.deftstream.tests.benchmarks.Table.percent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the stream costs: the service's throughput divided by the bare engine's. {@code
 * -Ddeftstream.benchmarks.overhead.repeats} sets how often each is measured, in turns; {@code
 * .overhead.small} and {@code .overhead.large} how many records of 64 KiB and 2 MiB a measurement
 * takes, {@code .overhead.small.ms} and {@code .overhead.large.ms} how long a call of the prior
 * does.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class OverheadIT {
  private static final int REPEATS = Form.number("overhead.repeats", 1, 3);
  private static final int STEPS = 8;
  private static final double WANTED = 0.95;

  /** Records of one size: an image and a mask, of 4 bytes for each value. */
  private record Size(String name, ImageShape shape, int records, Duration call) {}

  private static final List<Size> SIZES =
      List.of(
          new Size(
              "64 KiB",
              new ImageShape(128, 64, 1),
              Form.number("overhead.small", 256, 1_024),
              Duration.ofMillis(Form.number("overhead.small.ms", 20, 20))),
          new Size(
              "2 MiB",
              new ImageShape(512, 512, 1),
              Form.number("overhead.large", 64, 128),
              Duration.ofMillis(Form.number("overhead.large.ms", 200, 200))));

  private static final Table TABLE =
      new Table(
          "record",
          "partitions",
          "time of a call of the prior",
          "repeats",
          "engine alone, records/s (median)",
          "through Kafka (median)",
          "share (median)",
          "least",
          "most");

  @TempDir static Path directory;
  private static Platform platform;

  @BeforeAll
  static void start() {
    platform = EmbeddedPlatform.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (platform != null) {
      platform.close();
    }
    Section.OVERHEAD.publish(TABLE.markdown());
    if (Form.isLong()) {
      Page.update();
    }
  }

  @Test
  void shouldKeepTheEngineBusy() throws Exception {
    var shares = new ArrayList<Double>();
    for (var size : SIZES) {
      var task =
          new DeviceTask(
              "closed-form/inpaint",
              new DevicePrior(size.shape(), size.call(), Duration.ZERO),
              STEPS,
              1);
      for (int partitions : new int[] {1, 4}) {
        shares.add(measure(size, task, partitions));
      }
    }
    if (Form.isLong()) {
      assertThat(shares).allSatisfy(share -> assertThat(share).isGreaterThanOrEqualTo(WANTED));
    }
  }

  private static double measure(Size size, DeviceTask task, int partitions) {
    var bare = new ArrayList<Double>();
    var streamed = new ArrayList<Double>();
    var shares = new ArrayList<Double>();
    // Each way once before it counts: code is compiled by then.
    for (int repeat = Form.isLong() ? -1 : 0; repeat < REPEATS; repeat++) {
      double alone = BareEngine.throughput(task, size.records());
      var name = "overhead-%d-%d-%d".formatted(size.shape().size(), partitions, repeat + 1);
      double through;
      try (var stream = new StreamedRecords(platform, name, partitions, directory.resolve(name))) {
        through = stream.throughput(task, size.records());
      }
      if (repeat >= 0) {
        bare.add(alone);
        streamed.add(through);
        shares.add(through / alone);
      }
    }
    var share = Figures.of(shares);
    TABLE.row(
        size.name(),
        partitions,
        size.call().toMillis() + " ms",
        REPEATS,
        number(Figures.of(bare).median(), 1),
        number(Figures.of(streamed).median(), 1),
        percent(share.median()),
        percent(share.smallest()),
        percent(share.largest()));
    return share.median();
  }
}
