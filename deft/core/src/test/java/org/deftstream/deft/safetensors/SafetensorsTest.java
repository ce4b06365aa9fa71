package org.deftstream.deft.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path directory;

  private static Map<String, FloatTensor> tensors() {
    var tensors = new LinkedHashMap<String, FloatTensor>();
    tensors.put("b", new FloatTensor(new int[] {2, 3}, new float[] {1, -2, 3.5f, 0, 1e-3f, 4}));
    tensors.put("a", new FloatTensor(new int[] {}, new float[] {7}));
    return tensors;
  }

  @Test
  void shouldReadBackWhatItWrote() {
    Path file = directory.resolve("w.safetensors");
    Safetensors.write(file, tensors(), Safetensors.Storage.F32, Map.of("format", "pt"));
    var content = Safetensors.read(file);
    assertThat(content.metadata()).containsExactly(Map.entry("format", "pt"));
    assertThat(content.tensors()).containsOnlyKeys("b", "a");
    assertThat(content.tensors().get("b").shape()).containsExactly(2, 3);
    assertThat(content.tensors().get("b").data()).isEqualTo(tensors().get("b").data());
    assertThat(content.tensors().get("a").data()).containsExactly(7);
  }

  @Test
  void shouldKeepElevenBitsInHalfPrecision() {
    var content =
        Safetensors.parse(
            ByteBuffer.wrap(Safetensors.encode(tensors(), Safetensors.Storage.F16, Map.of())));
    float[] want = tensors().get("b").data();
    float[] got = content.tensors().get("b").data();
    for (int i = 0; i < want.length; i++) {
      assertThat(got[i]).isCloseTo(want[i], within(Math.abs(want[i]) / 2048 + 1e-8f));
    }
  }

  @Test
  void shouldLeaveNoTemporaryFileBehind() throws Exception {
    Safetensors.write(
        directory.resolve("w.safetensors"), tensors(), Safetensors.Storage.F32, Map.of());
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"x\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}; type I64",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}; claims bytes 0 to 8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}; claims bytes 0 to 16",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}; negative dimension",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}; claims bytes -8",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}; they overlap",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}; names x twice",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}; twice",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}; a hole",
        "{\"x\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
            + "\"y\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[4,6]}}; a hole",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"y\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}; they overlap",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967298],\"data_offsets\":[0,8]}}; whole numbers",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,8]}}; more values",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647,4],"
            + "\"data_offsets\":[0,8]}}; more values",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}; whole numbers",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":\"2\",\"data_offsets\":[0,8]}}; no shape",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[\"0\",8]}}; whole numbers",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775808]}};"
            + " whole numbers",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}; claims bytes 8 to 0",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}; data_offsets",
        "{\"x\":[1,2]}; has type",
        "{\"x\":null}; has type",
        "{} {}; not JSON",
        "not json at all; not a safetensors file",
        "[]; not a JSON object",
      })
  void shouldRefuseWhatIsUnsound(String header, String reason) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).rewind();
    assertThatThrownBy(() -> Safetensors.parse(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void shouldRefuseHeadersLongerThanTheFile() {
    var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(Long.MAX_VALUE).rewind();
    assertThatThrownBy(() -> Safetensors.parse(bytes)).hasMessageContaining("does not fit");
    assertThatThrownBy(() -> Safetensors.parse(ByteBuffer.allocate(3)))
        .hasMessageContaining("shorter than 8 bytes");
  }

  @Test
  void shouldReadMasksOfBytes() throws Exception {
    String header =
        "{\"mask\":{\"dtype\":\"U8\",\"shape\":[2,2],\"data_offsets\":[0,4]},"
            + "\"flags\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[4,6]},"
            + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[4,4]}}";
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + 6).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(new byte[] {0, 1, -1, 7, 1, 0}).rewind();
    Path file = directory.resolve("mask.safetensors");
    Files.write(file, bytes.array());
    var tensors = Safetensors.readData(file).tensors();
    assertThat(tensors.get("mask").data()).containsExactly(0, 1, 255, 7);
    assertThat(tensors.get("flags").data()).containsExactly(1, 0);
    assertThat(tensors.get("none").data()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "version https://git-lfs.github.com/spec/v1 oid sha256:12; pointer of Git LFS",
        "PK\u0003\u0004data.pkl and so on; zip archive",
        "\u0080\u0002cMODULE and so on; Python pickle",
        "<!DOCTYPE html><html>; web page",
        "{\"error\": \"not found\"}; JSON",
      })
  void shouldSayWhatLiesThereInstead(String content, String what) throws Exception {
    Path file = directory.resolve("w.safetensors");
    Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(what);
  }

  @Test
  void shouldSayThatAFileWasCutAndReadOneWithBytesBehindItsLastTensor() throws Exception {
    Path file = directory.resolve("w.safetensors");
    byte[] sound = Safetensors.encode(tensors(), Safetensors.Storage.F32, Map.of());
    for (int left : new int[] {0, 5, 20, sound.length - 1}) {
      Files.write(file, Arrays.copyOf(sound, left));
      assertThatThrownBy(() -> Safetensors.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.toString());
    }
    Files.write(file, Arrays.copyOf(sound, sound.length + 64));
    assertThat(Safetensors.read(file).tensors().get("a").data()).containsExactly(7);
  }
}
