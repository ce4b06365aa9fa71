package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.deftstream.service.ServiceOptions.Connection;
import org.junit.jupiter.api.Test;

class HeapBoundsTest {
  private static final long MIB = 1 << 20;

  private final ServiceOptions options =
      ServiceOptions.of(Connection.of("b", "r"), "one", Path.of("state"), 16);

  @Test
  void shouldSayNothingIfTheHeapIsThere() {
    var bounds = HeapBounds.of(options, 100 * MIB, 1024 * MIB);
    assertThat(bounds.line()).isEmpty();
    assertThat(bounds.admission()).isEqualTo(options.admission());
  }

  @Test
  void shouldSayWhatIsNeededAndBoundWhatThereIs() {
    var bounds = HeapBounds.of(options, 100 * MIB, 512 * MIB);
    assertThat(bounds.line().orElseThrow())
        .isEqualTo(
            "the settings need a heap of about 740 MiB, and there are 512: engine.admission.bytes"
                + " counts as 134217728; start with JAVA_OPTS=-Xmx740m, or set"
                + " engine.admission.bytes and records.max.bytes lower");
    assertThat(bounds.admission().bytes()).isEqualTo(128 * MIB);
    assertThat(bounds.admission().keptBytes()).isEqualTo(128 * MIB);
    assertThat(bounds.admission().records()).isEqualTo(options.admission().records());
  }

  @Test
  void shouldLeaveRoomForOneRecord() {
    var bounds = HeapBounds.of(options, 100 * MIB, 64 * MIB);
    assertThat(bounds.admission().bytes()).isEqualTo(2L * options.maxRecordBytes());
  }
}
