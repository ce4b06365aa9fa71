package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredPairsTest {
  private static final TruthCheck CHECK = new TruthCheck(TruthCheck.DEFAULT_MAX_RESIDUAL);
  @TempDir private Path folder;
  private ForwardOperator operator;
  private final Map<String, FloatTensor> pair = new LinkedHashMap<>();

  @BeforeEach
  void makePair() throws IOException {
    operator =
        Operators.create(
            new ObjectMapper()
                .readTree(
                    """
                    {"kind": "inpainting",
                     "mask": {"type": "free-form", "leastHidden": 0.2, "mostHidden": 0.4},
                     "noise": {"type": "gaussian", "sigma": 0.02}}
                    """),
            new ImageShape(4, 4, 1));
    pair.put("truth", tensor(4, 4, 1));
    pair.put("measurement", tensor(operator.measurementShape()));
    operator.auxiliaryShapes().forEach((name, shape) -> pair.put(name, ones(shape)));
  }

  /** A mask that hides nothing. */
  private static FloatTensor ones(int[] shape) {
    var ones = tensor(shape);
    java.util.Arrays.fill(ones.data(), 1);
    return ones;
  }

  private static FloatTensor tensor(int... shape) {
    int size = 1;
    for (int s : shape) {
      size *= s;
    }
    var data = new float[size];
    for (int i = 0; i < size; i++) {
      data[i] = i / 100f;
    }
    return new FloatTensor(shape, data);
  }

  private StoredPairs read() {
    Safetensors.write(folder.resolve("a.safetensors"), pair, Safetensors.Storage.F32, Map.of());
    return StoredPairs.read(folder, operator, CHECK);
  }

  @Test
  void shouldGiveBackWhatTheFilesHold() {
    var pairs = read();
    var random = new SplittableRandom(1);

    assertThat(pairs.size()).isEqualTo(1);
    assertThat(pairs.truth(0, random)).isEqualTo(pair.get("truth").data());
    var measurement = pairs.measurement(0, pairs.truth(0, random), random);
    assertThat(measurement.measurement()).isEqualTo(pair.get("measurement").data());
  }

  @Test
  void shouldNameBothShapesOfATensorThatDoesNotFit() {
    pair.put("truth", tensor(4, 5, 1));

    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.safetensors: 'truth' has the shape [4, 5, 1]")
        .hasMessageContaining("the task needs [4, 4, 1]");
  }

  @Test
  void shouldNameAMissingAndAnUnknownTensor() {
    var measurement = pair.remove("measurement");
    assertThatThrownBy(this::read).hasMessageContaining("tensor 'measurement' is missing");

    pair.put("measurement", measurement);
    pair.put("measurment", tensor(1));
    assertThatThrownBy(this::read).hasMessageContaining("unknown tensor 'measurment'");
  }

  @Test
  void shouldRefuseValuesThatAreNotFinite() {
    var data = new float[16];
    data[3] = Float.NaN;
    pair.put("truth", new FloatTensor(new int[] {4, 4, 1}, data));

    assertThatThrownBy(this::read).hasMessageContaining("'truth' holds a value that is not finite");
  }

  @Test
  void shouldNameTheFileOfAMeasurementInAnotherUnit() {
    pair.get("measurement").data()[5] = 255;

    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "a.safetensors: measurement holds 0.000 to 255.0; inpainting measures")
        .hasMessageContaining("-1.000 to 1.000 of images in [-1, 1]");
  }

  @Test
  void shouldSayBeforehandThatTheHeapDoesNotHoldThem() {
    // 48 values of four bytes each.
    assertThatThrownBy(() -> StoredPairs.requireRoom(folder, 1 << 20, operator, 256L << 20))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the 1048576 pairs in " + folder + " take 192 MiB")
        .hasMessageContaining("the heap has 256 MiB");
  }

  @Test
  void shouldNameTheFileOfATruthInAnotherUnit() {
    for (int i = 0; i < 16; i++) {
      pair.get("truth").data()[i] = 16 * i;
    }

    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.safetensors: truth holds the value 16.0")
        .hasMessageContaining("images have values in [-1, 1]");
  }

  @Test
  void shouldNameTheFileOfATruthOfAnotherMeasurement() {
    for (int i = 0; i < 16; i++) {
      pair.get("truth").data()[i] = -1 + i / 8f;
    }

    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.safetensors: truth and measurement do not belong together");
  }

  @Test
  void shouldReadAMaskOfBytes() throws IOException {
    var header =
        """
        {"truth": {"dtype": "F32", "shape": [4, 4, 1], "data_offsets": [0, 64]},
         "measurement": {"dtype": "F32", "shape": [4, 4, 1], "data_offsets": [64, 128]},
         "mask": {"dtype": "U8", "shape": [4, 4], "data_offsets": [128, 144]}}
        """
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var file = ByteBuffer.allocate(8 + header.length + 144).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header).position(8 + header.length + 128);
    for (int i = 0; i < 16; i++) {
      file.put((byte) 1);
    }
    Path path = folder.resolve("a.safetensors");
    Files.write(path, file.array());
    assertThat(StoredPairs.read(folder, operator, CHECK).size()).isEqualTo(1);
    assertThatThrownBy(() -> Safetensors.read(path)).hasMessageContaining("type U8");

    file.put(file.limit() - 1, (byte) 255);
    Files.write(path, file.array());
    assertThatThrownBy(() -> StoredPairs.read(folder, operator, CHECK))
        .hasMessageContaining("a.safetensors: mask must hold only 0 (hidden) and 1 (measured)");
  }

  @Test
  void shouldNameTheFileOfAMaskThatIsNone() {
    pair.get("mask").data()[5] = 0.5f;

    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.safetensors: mask must hold only 0 (hidden) and 1 (measured)");
  }

  /** Pairs with and without a mask of their own in one folder; the mask is one row. */
  @Test
  void shouldReadScansWithAndWithoutAMask() throws IOException {
    operator =
        Operators.create(
            new ObjectMapper()
                .readTree(
                    """
                    {"kind": "mri-cartesian", "lines": [-1, 0],
                     "noise": {"type": "gaussian", "sigma": 0.02}}
                    """),
            new ImageShape(4, 4, 1));
    float[] truth = pair.get("truth").data();
    pair.remove("mask");
    pair.put("measurement", new FloatTensor(new int[] {1, 2, 4, 2}, operator.measure(truth)));
    read();
    var mask = new float[16];
    for (int i = 0; i < 16; i++) {
      mask[i] = i % 4 == 1 ? 0 : 1;
    }
    var y = operator.bind(Map.of("mask", mask)).measure(truth);
    y[2] = Float.NaN;
    pair.put("measurement", new FloatTensor(new int[] {1, 4, 4, 2}, y));
    pair.put("mask", new FloatTensor(new int[] {4}, new float[] {1, 0, 1, 1}));
    Safetensors.write(folder.resolve("b.safetensors"), pair, Safetensors.Storage.F32, Map.of());

    var pairs = StoredPairs.read(folder, operator, CHECK);

    var random = new SplittableRandom(1);
    assertThat(pairs.measurement(0, truth, random).measurement()).hasSize(16);
    var masked = pairs.measurement(1, truth, random);
    assertThat(masked.measurement()).hasSize(32).doesNotContain(Float.NaN);
    assertThat(masked.operator().residual(truth, masked.measurement())).isLessThan(1e-3);
    pair.put("mask", tensor(3));
    assertThatThrownBy(this::read)
        .hasMessageContaining(
            "a.safetensors: 'mask' has the shape [3]; the task needs [4, 4] or [4]");
    // Truth, the whole grid, its mask and its noise level.
    assertThatThrownBy(() -> StoredPairs.requireRoom(folder, 1 << 20, operator, 256L << 20))
        .hasMessageContaining("take 260 MiB");
  }

  @Test
  void shouldSayWhereItFoundNoPairs() {
    assertThatThrownBy(() -> StoredPairs.read(folder, operator, CHECK))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no *.safetensors files with pairs in " + folder);
  }

  @Test
  void shouldPassOverWhatStandsAtHiddenPixels() {
    pair.get("mask").data()[5] = 0;
    pair.get("measurement").data()[5] = Float.NaN;
    var random = new SplittableRandom(1);
    var pairs = read();
    assertThat(pairs.measurement(0, pairs.truth(0, random), random).measurement())
        .doesNotContain(Float.NaN);

    pair.get("measurement").data()[6] = Float.NaN;
    assertThatThrownBy(this::read)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.safetensors: 'measurement' holds a value that is not finite");
  }
}
