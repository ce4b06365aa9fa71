package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;
import org.junit.jupiter.api.Test;

class TrustedRecordsTest {

  /** Builds and reads records in a JVM in which nothing of this module was touched before. */
  static final class FirstTouch {
    public static void main(String[] args) throws Exception {
      var tensor = Tensor.newBuilder().setShape(java.util.List.of(1)).setData(one()).build();
      var measurement = Measurement.newBuilder().setId("m").setTask("t").setValues(tensor).build();
      Measurement.fromByteBuffer(measurement.toByteBuffer());
      AdapterStatus.newBuilder()
          .setInstance("i")
          .setTask("t")
          .setState(AdapterState.WARM)
          .setAt(Instant.EPOCH)
          .build();
      System.out.print("trusted");
    }

    private static java.nio.ByteBuffer one() {
      return java.nio.ByteBuffer.allocate(1);
    }
  }

  @Test
  void shouldBeTrustedWithoutAnythingOfThisModuleBeingCalled() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FirstTouch.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(output).isEqualTo("trusted");
  }
}
