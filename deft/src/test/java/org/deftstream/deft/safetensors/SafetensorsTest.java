package org.deftstream.deft.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
