package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Tensor;
import org.junit.jupiter.api.Test;

class TensorsTest {

  @Test
  void shouldRoundTripFloats() {
    float[] values = {-1f, Float.MIN_VALUE, 0f, 0.1f, 1f, Float.MAX_VALUE};

    Tensor tensor = Tensors.of(values, 2, 3);

    assertThat(Tensors.shape(tensor)).containsExactly(2, 3);
    assertThat(Tensors.toFloats(tensor)).containsExactly(values);
    assertThat(Tensors.toFloats("values", tensor, 2, 3)).containsExactly(values);
  }

  @Test
  void shouldWriteLittleEndian() {
    Tensor one = Tensors.of(new float[] {1f}, 1);

    byte[] bytes = new byte[4];
    one.getData().duplicate().get(bytes);

    assertThat(bytes).containsExactly(0, 0, 0x80, 0x3f);
  }

  @Test
  void shouldNotMoveTheBuffer() {
    Tensor tensor = Tensors.of(new float[] {1f, 2f}, 2);

    Tensors.toFloats(tensor);

    assertThat(Tensors.toFloats(tensor)).containsExactly(1f, 2f);
  }

  @Test
  void shouldReadEveryType() {
    assertThat(Tensors.toFloats(tensor(DType.FLOAT64, little(16).putDouble(0.5).putDouble(-2), 2)))
        .containsExactly(0.5f, -2f);
    assertThat(
            Tensors.toFloats(
                tensor(DType.INT16, little(4).putShort((short) -300).putShort((short) 7), 2)))
        .containsExactly(-300f, 7f);
    assertThat(Tensors.toFloats(tensor(DType.UINT8, little(2).put((byte) 255).put((byte) 1), 2)))
        .containsExactly(255f, 1f);
  }

  @Test
  void shouldReadDataThatIsPartOfALargerBuffer() {
    ByteBuffer larger = little(12).putFloat(9f).putFloat(1f).putFloat(9f);

    var tensor = new Tensor(DType.FLOAT32, List.of(1), larger.slice(4, 4));

    assertThat(Tensors.toFloats(tensor)).containsExactly(1f);
  }

  @Test
  void shouldSayHowManyBytesAreNeeded() {
    assertThatThrownBy(() -> Tensors.toFloats("values", tensor(DType.FLOAT32, little(10), 2, 2)))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessage("values: shape [2, 2] of FLOAT32 needs 16 bytes, but data has 10");
  }

  @Test
  void shouldSayWhichShapeIsExpected() {
    Tensor tensor = Tensors.of(new float[4], 2, 2);

    assertThatThrownBy(() -> Tensors.toFloats("values", tensor, 20, 95))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessage("values: shape is [2, 2], but must be [20, 95]");
  }

  @Test
  void shouldSayWhereANumberIsNotFinite() {
    Tensor tensor = Tensors.of(new float[] {0, 0, 0, 0, 0, Float.NaN}, 2, 3);

    assertThatThrownBy(() -> Tensors.toFloats("values", tensor))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessage("values: the number at [1, 2] is NaN, but every number must be finite");
  }

  @Test
  void shouldRefuseDoublesBeyondFloats() {
    assertThatThrownBy(() -> Tensors.toFloats(tensor(DType.FLOAT64, little(8).putDouble(1e300), 1)))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("Infinity");
  }

  @Test
  void shouldRefuseAnUnknownType() {
    assertThatThrownBy(() -> Tensors.toFloats("values", tensor(DType.UNKNOWN, little(4), 1)))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("FLOAT32, FLOAT64, INT16 or UINT8");
  }

  @Test
  void shouldRefuseShapesThatAreNone() {
    assertRefused("0 axes", new Tensor(DType.FLOAT32, List.of(), little(0)));
    assertRefused("length 0", tensor(DType.FLOAT32, little(0), 0));
    assertRefused("length -4", tensor(DType.FLOAT32, little(64), -4, -4));
    assertRefused("20 axes", new Tensor(DType.UINT8, Collections.nCopies(20, 1), little(1)));
  }

  @Test
  void shouldRefuseAHugeShapeBeforeItAllocates() {
    // The product overflows an int to 0 and a long to something small: both must be seen.
    assertRefused("more numbers", tensor(DType.FLOAT32, little(0), 65536, 65536));
    assertRefused(
        "more numbers",
        tensor(DType.UINT8, little(4), Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
  }

  @Test
  void shouldRefuseToPackAWrongNumberOfValues() {
    assertThatThrownBy(() -> Tensors.of(new float[5], 2, 2))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessage("tensor: shape [2, 2] holds 4 numbers, but 5 were given");
  }

  private static void assertRefused(String part, Tensor tensor) {
    assertThatThrownBy(() -> Tensors.toFloats(tensor))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining(part);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Tensor tensor(DType dtype, ByteBuffer data, int... shape) {
    data.rewind();
    return new Tensor(dtype, java.util.Arrays.stream(shape).boxed().toList(), data);
  }
}
