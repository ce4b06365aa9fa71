package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReferenceCountTest {
  private final ReferenceCount leases = new ReferenceCount();
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void shouldRunAtOnceWhenIdle() {
    leases.whenIdle(runs::incrementAndGet);

    assertThat(runs).hasValue(1);
  }

  @Test
  void shouldRunOnceWhenTheLastLeaseComesBack() {
    assertThat(leases.tryAcquire()).isTrue();
    assertThat(leases.tryAcquire()).isTrue();
    leases.whenIdle(runs::incrementAndGet);

    leases.release();
    assertThat(runs).hasValue(0);
    leases.release();
    assertThat(runs).hasValue(1);

    assertThat(leases.tryAcquire()).isTrue();
    leases.release();
    assertThat(runs).hasValue(1);
  }

  @Test
  void shouldForgetWhatIsCancelled() {
    leases.tryAcquire();
    leases.whenIdle(runs::incrementAndGet);
    leases.cancelWhenIdle();

    leases.release();

    assertThat(runs).hasValue(0);
  }

  @Test
  void shouldRefuseLeasesOnceClosed() {
    leases.tryAcquire();
    leases.close(runs::incrementAndGet);

    assertThat(leases.tryAcquire()).isFalse();
    assertThat(runs).hasValue(0);
    leases.release();
    assertThat(runs).hasValue(1);
  }

  @Test
  void shouldRefuseToCountBelowZero() {
    assertThatThrownBy(leases::release).isInstanceOf(IllegalStateException.class);
  }
}
