package org.deftstream.messaging.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.Serdes;
import org.junit.jupiter.api.Test;

class LetterMeasurementsTest {
  private static ReceivedDeadLetter letter(byte... value) {
    return new ReceivedDeadLetter(new ConsumerRecord<>("measurements.dlq", 0, 0, null, value));
  }

  @Test
  void shouldNotTakeALetterForAnotherTasksWhileTheRegistryIsAway() throws IOException {
    int closed;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    try (var names = new LetterMeasurements(Serdes.of("http://127.0.0.1:" + closed))) {
      assertThatThrownBy(
              () -> names.of(letter((byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 2)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("the schema registry does not answer");
      assertThat(names.of(letter((byte) 'x'))).isEmpty();
    }
  }
}
