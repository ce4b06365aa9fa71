package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RetryingClientSupplierTest {
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void shouldRepeatACommitUntilItsOutcomeIsKnown() {
    RetryingClientSupplier.repeat(() -> timeOutBefore(4), () -> false);

    assertThat(asked).hasValue(4);
  }

  @Test
  void shouldNotRepeatACommitThatWasRefused() {
    assertThatThrownBy(
            () ->
                RetryingClientSupplier.repeat(
                    () -> {
                      asked.incrementAndGet();
                      throw new ProducerFencedException("another one took over");
                    },
                    () -> false))
        .isInstanceOf(ProducerFencedException.class);

    assertThat(asked).hasValue(1);
  }

  @Test
  void shouldLeaveAnOpenCommitToKafkaWhenTheServiceEnds() {
    assertThatThrownBy(
            () -> RetryingClientSupplier.repeat(() -> timeOutBefore(9), () -> asked.get() == 2))
        .isInstanceOf(TimeoutException.class);

    assertThat(asked).hasValue(2);
  }

  private void timeOutBefore(int success) {
    if (asked.incrementAndGet() < success) {
      throw new TimeoutException("no broker answers");
    }
  }
}
