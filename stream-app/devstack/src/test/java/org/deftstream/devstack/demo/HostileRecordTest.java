package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.junit.jupiter.api.Test;

class HostileRecordTest {
  private final Subject good = DemoSamples.subjects(DemoSamples.ct(), 1).get(0);
  private final List<HostileRecord> records = HostileRecord.all(good, HostileRecordTest::write);

  @Test
  void shouldBeEightDifferentOnes() {
    assertThat(records).hasSize(8);
    assertThat(records.stream().map(HostileRecord::what)).doesNotHaveDuplicates();
    assertThat(records.stream().map(HostileRecord::key)).doesNotHaveDuplicates();
  }

  @Test
  void shouldNotBeReadableAsTheMeasurementTheySpoil() throws IOException {
    int[] shape = good.operator().measurementShape();
    for (var record : records) {
      if (record.what().equals("a task that nobody knows")) {
        assertThat(read(record.value()).getTask()).isEqualTo("head-ct-64/ct-sparse-200");
        continue;
      }
      assertThatThrownBy(() -> Tensors.toFloats("values", read(record.value()).getValues(), shape))
          .as(record.what())
          .isInstanceOf(Exception.class);
    }
  }

  @Test
  void shouldLeaveTheGoodSubjectAsItIs() {
    var values = good.record("x").getValues();

    assertThat(Tensors.toFloats("values", values, good.operator().measurementShape()))
        .isEqualTo(good.measurement());
  }

  private static byte[] write(Measurement measurement) {
    var out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      new SpecificDatumWriter<>(Measurement.class).write(measurement, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static Measurement read(byte[] bytes) throws IOException {
    var decoder = DecoderFactory.get().binaryDecoder(bytes, null);
    return new SpecificDatumReader<>(Measurement.class).read(null, decoder);
  }
}
