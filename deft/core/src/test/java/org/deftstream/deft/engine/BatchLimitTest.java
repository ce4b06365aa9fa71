package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchLimitTest {
  private static OutOfDeviceMemoryException memoryIsShort() {
    return new OutOfDeviceMemoryException("short", new RuntimeException("short"));
  }

  private static int batchesUntil(BatchLimit limit, int largest) {
    int batches = 0;
    while (limit.largest() != largest) {
      limit.succeeded(limit.largest());
      batches++;
    }
    return batches;
  }

  @Test
  void shouldGrowAgainAfterManyFullBatchesAndWaitLongerEachTime() {
    var limit = new BatchLimit("p", 8);
    limit.shrinkBelow(8, memoryIsShort());
    assertThat(limit.largest()).isEqualTo(4);
    int first = batchesUntil(limit, 8);
    limit.shrinkBelow(8, memoryIsShort());
    assertThat(batchesUntil(limit, 8)).isEqualTo(2 * first);
    for (int i = 0; i < 10_000; i++) {
      limit.succeeded(8);
    }
    assertThat(limit.largest()).isEqualTo(8);
  }

  @Test
  void shouldNotCountSmallBatches() {
    var limit = new BatchLimit("p", 8);
    limit.shrinkBelow(5, memoryIsShort());
    for (int i = 0; i < 10_000; i++) {
      limit.succeeded(3);
    }
    assertThat(limit.largest()).isEqualTo(4);
  }

  @Test
  void shouldSayThatTheDeviceIsTooSmallForOne() {
    var limit = new BatchLimit("p", 1);
    assertThatThrownBy(() -> limit.shrinkBelow(1, memoryIsShort()))
        .isInstanceOf(EngineBrokenException.class)
        .hasMessageContaining("batch of one");
  }
}
