package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.formats.numpy.NpzFormat;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TaskInputTest {
  private static final int SIDE = 8;
  private static final String INPAINTING =
      "{\"kind\": \"inpainting\", \"mask\": {\"type\": \"free-form\", \"leastHidden\": 0.3,"
          + " \"mostHidden\": 0.6}, \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.02}}";
  private static final String DENOISING =
      "{\"kind\": \"denoising\", \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.02}}";

  @TempDir private Path directory;

  /** What picocli fills in. */
  @Command
  private static final class Options {
    @Mixin private FileOptions files;
  }

  @Test
  void shouldTakeHounsfieldUnitsThroughAWindow() throws IOException {
    var values = ramp(SIDE * SIDE, -2000, 40);
    var slice =
        new Sample(
            NumericArray.of(values, SIDE, SIDE),
            "HU",
            Optional.empty(),
            Geometry.UNKNOWN.with("PatientName", "N^N").with("StudyInstanceUID", "1.2"),
            Map.of());
    Path file = directory.resolve("slice");
    ImageFormats.written("dicom").write(file, List.of(slice), WriteOptions.image("t"));

    var sample = sample(input(DENOISING, "--window", "-1000:600", "--without-patient"), file);

    assertThat(sample.scale()).contains(new IntensityScale(800, -200, "HU"));
    assertThat(sample.values()[0]).as("clipped").isEqualTo(-1000);
    var measured = sample.bind(input(DENOISING).operator(sample)).measurement();
    assertThat(measured[0]).isEqualTo(-1);
    assertThat(measured[SIDE * SIDE - 1]).isBetween(0.89f, 0.91f);
    assertThat(sample.geometry().identifiers())
        .containsEntry("StudyInstanceUID", "1.2")
        .containsEntry("file", "slice")
        .doesNotContainKey("PatientName");
  }

  @Test
  void shouldTakeAPolynomialOfWhatWasMeasured() throws IOException {
    Path values = npz("scan.npz", Map.of("values", square(ramp(SIDE * SIDE, -0.3f, 0.01f))));

    var plain = sample(input(DENOISING), values);
    var linear = sample(input(DENOISING, "--linearise", "1.5,-0.5,2"), values);

    for (int i = 0; i < SIDE * SIDE; i++) {
      double y = plain.values()[i];
      assertThat(linear.values()[i])
          .isCloseTo((float) (1.5 * y - y * y / 2 + 2 * y * y * y), within(1e-6f));
    }
    assertThat(linear.id()).as("another measurement").isNotEqualTo(plain.id());
    assertThatThrownBy(() -> input(DENOISING, "--linearise", "1,,2"))
        .isInstanceOf(UserError.class)
        .hasMessage("--linearise takes 1 to 8 numbers, C1,C2,..., got 1,,2");
  }

  @Test
  void shouldTakeAMaskThatWasDrawn() throws IOException {
    Path values = npz("scan.npz", Map.of("values", square(ramp(SIDE * SIDE, -0.5f, 0.01f))));
    var drawn = new float[SIDE * SIDE];
    Arrays.fill(drawn, 5, 20, 255);
    var picture =
        new Sample(
            square(drawn),
            "",
            Optional.of(IntensityScale.window(0, 255, "")),
            Geometry.UNKNOWN,
            Map.of());
    Path mask = directory.resolve("mask.png");
    ImageFormats.written("png").write(mask, List.of(picture), WriteOptions.image("t"));

    var sample = sample(input(INPAINTING, "--auxiliary", "mask=" + mask), values);

    assertThat(sample.auxiliary().get("mask").values()).startsWith(0, 0, 0, 0, 0, 1).endsWith(0);
    assertThat(sample.bind(input(INPAINTING).operator(sample)).measurement()[0]).isZero();
  }

  @Test
  void shouldGiveEachOfASeriesItsOwnMask() throws IOException {
    var masks = new float[3 * SIDE * SIDE];
    masks[2 * SIDE * SIDE] = 1;
    var arrays = new LinkedHashMap<String, NumericArray>();
    arrays.put("values", NumericArray.of(new float[3 * SIDE * SIDE], 3, SIDE, SIDE));
    arrays.put("mask", NumericArray.of(masks, 3, SIDE, SIDE));
    var input = input(INPAINTING);
    var content = input.read(npz("series.npz", arrays));

    assertThat(content.samples()).hasSize(3);
    var last = input.sample(content, new Source("series.npz", "npz", 2, 3));
    assertThat(last.auxiliary().get("mask").shape()).containsExactly(SIDE, SIDE);
    assertThat(last.auxiliary().get("mask").values()).startsWith(1, 0);
  }

  @Test
  void shouldTakeWhatMinusOneAndOneMeanFromTheRecord() throws IOException {
    Path file = npz("counts.npz", Map.of("values", square(ramp(SIDE * SIDE, 0, 100))));

    var sample = sample(input(DENOISING, "--percentile", "0:100"), file);

    assertThat(sample.scale().orElseThrow().low()).isEqualTo(0);
    assertThat(sample.scale().orElseThrow().high()).isEqualTo(6300);
  }

  /** The same file has the same id; another name, another number, another task has another. */
  @Test
  void shouldNameARecordByItsFileAndContent() throws IOException {
    Path file = npz("a.npz", Map.of("values", square(ramp(SIDE * SIDE, 0, 0.01f))));
    Path other = npz("b.npz", Map.of("values", square(ramp(SIDE * SIDE, 0, 0.01f))));
    Path changed = npz("c.npz", Map.of("values", square(ramp(SIDE * SIDE, 0, 0.011f))));
    var input = input(DENOISING);
    String id = sample(input, file).id();

    assertThat(sample(input(DENOISING), file).id()).isEqualTo(id).hasSize(32);
    assertThat(sample(input, other).id()).isNotEqualTo(id);
    var content = input.read(changed);
    assertThat(input.sample(content, new Source("a.npz", "npz", 0, 1)).id()).isNotEqualTo(id);
  }

  @Test
  void shouldSayWhatDoesNotFit() throws IOException {
    Path file = npz("wrong.npz", Map.of("values", NumericArray.of(new float[5], 5)));

    assertThatThrownBy(() -> sample(input(DENOISING), file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("wrong.npz")
        .hasMessageContaining("values (5)");
    assertThatThrownBy(() -> input(DENOISING, "--window", "5"))
        .hasMessageContaining("--window takes two numbers, LOW:HIGH");
    assertThatThrownBy(() -> input(DENOISING, "--window", "0:1", "--percentile", "0:1"))
        .hasMessageContaining("exclude each other");
  }

  private static TaskInput input(String operator, String... options) {
    var shape = new ImageShape(SIDE, SIDE, 1);
    String sampler =
        "{\"steps\": 2, \"grid\": \"uniform\", \"noise\": \"eta\", \"noiseLevel\": 1,"
            + " \"samples\": 1}";
    var task =
        Task.parse(
            "{\"name\": \"small/task\", \"prior\": \"small\", \"operator\": "
                + operator
                + ", \"trainingFree\": {\"method\": \"diffpir\", \"parameters\": {\"lambda\": 8},"
                + " \"sampler\": "
                + sampler
                + "}, \"learned\": {\"sampler\": "
                + sampler
                + "}}",
            prior -> shape);
    var parsed = new Options();
    new CommandLine(parsed).parseArgs(options);
    return new TaskInput(task, parsed.files.reading(), 1 << 12);
  }

  private static TaskSample sample(TaskInput input, Path file) {
    String name = file.getFileName().toString();
    return input.sample(input.read(file), new Source(name, ImageFormats.formatName(file), 0, 1));
  }

  private Path npz(String name, Map<String, NumericArray> arrays) throws IOException {
    Path file = directory.resolve(name);
    NpzFormat.write(file, arrays);
    return file;
  }

  private static NumericArray square(float[] values) {
    return NumericArray.of(values, SIDE, SIDE);
  }

  private static float[] ramp(int size, float first, float step) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = first + i * step;
    }
    return values;
  }
}
