package org.deftstream.service.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Base64;
import java.util.Map;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.junit.jupiter.api.Test;

class RecentRecordsTest {
  private long now;
  private final RecentRecords records = new RecentRecords(true, () -> now);

  private static Measurement measurement(String id) {
    return Measurement.newBuilder()
        .setId(id)
        .setTask("a/b")
        .setValues(Tensors.of(new float[] {1, 2, 3, Float.NaN}, 2, 2, 1))
        .setAuxiliary(Map.of("mask", Tensors.of(new float[] {1, 1, 1, 0}, 2, 2)))
        .build();
  }

  private static Reconstruction answer(String id) {
    var image = Tensors.of(new float[] {-1, 0, 0.5f, 1}, 2, 2, 1);
    var from =
        new Provenance(
            "diffpir",
            null,
            "p",
            "f",
            "o",
            "s",
            8,
            1L,
            Double.NaN,
            2.0,
            3.0,
            "cpu",
            4,
            "m",
            0,
            7L,
            "one");
    return Reconstruction.newBuilder()
        .setMeasurementId(id)
        .setTask("a/b")
        .setMean(image)
        .setProvenance(from)
        .build();
  }

  private JsonNode newest() throws Exception {
    var entries = records.after(0, 0);
    return new ObjectMapper().readTree(entries.get(entries.size() - 1).data());
  }

  @Test
  void shouldDrawWhatWasMeasuredAndWhatCameOfIt() throws Exception {
    records.answered(measurement("m-1"), answer("m-1"));

    var shown = newest();
    assertThat(shown.path("id").asText()).isEqualTo("m-1");
    assertThat(shown.path("place").asText()).isEqualTo("0@7");
    assertThat(shown.has("residual")).as("a residual that is not known").isFalse();
    assertThat(levels(shown.path("measured"))).containsExactly(1, 128, 255, 0);
    assertThat(levels(shown.path("mean"))).containsExactly(1, 128, 192, 255);
    assertThat(shown.has("deviation")).isFalse();
  }

  private static int[] levels(JsonNode picture) {
    byte[] bytes = Base64.getDecoder().decode(picture.path("levels").asText());
    var levels = new int[bytes.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = bytes[i] & 0xff;
    }
    return levels;
  }

  @Test
  void shouldKeepLittleOfLargeAndOfManyRecords() throws Exception {
    var large =
        Measurement.newBuilder(measurement("x".repeat(1 << 20)))
            .setValues(Tensors.of(new float[512 * 768 * 3], 512, 768, 3))
            .setAuxiliary(Map.of())
            .build();
    var image =
        Reconstruction.newBuilder(answer("x".repeat(1 << 20)))
            .setMean(large.getValues())
            .setStandardDeviation(large.getValues())
            .build();
    for (int i = 0; i < 1_000; i++) {
      now += 10_000_000_000L;
      if (i < 3 * RecentRecords.ANSWERS) {
        records.answered(large, image);
      }
      records.rejected(0, i, new RejectedRecordException(Stage.DECODE, "A", "y".repeat(1 << 20)));
    }

    var entries = records.after(0, 0);
    assertThat(entries).hasSize(RecentRecords.ANSWERS + RecentRecords.LETTERS);
    assertThat(entries).allMatch(entry -> entry.data().length() < 120_000);
    assertThat(entries).isSortedAccordingTo((a, b) -> Long.compare(a.sequence(), b.sequence()));
  }

  @Test
  void shouldDrawFewRecordsWhileNobodyLooksAndMoreWhileSomebodyDoes() throws Exception {
    assertThat(drawnInTenSeconds()).isBetween(9L, 11L);
    records.viewer(1);
    assertThat(drawnInTenSeconds()).isBetween(38L, 42L);
    records.viewer(-1);
    assertThat(drawnInTenSeconds()).isBetween(1L, 3L);
  }

  /** A thousand records. */
  private long drawnInTenSeconds() throws Exception {
    long before = last();
    for (int i = 0; i < 1_000; i++) {
      now += 10_000_000;
      records.answered(measurement("m"), answer("m"));
    }
    return last() - before;
  }

  private long last() throws InterruptedException {
    var entries = records.after(0, 0);
    return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).sequence();
  }

  @Test
  void shouldKeepNothingOfRecordsWhereOthersMayLook() throws Exception {
    var closed = new RecentRecords(false, () -> now);
    closed.answered(measurement("secret"), answer("secret"));
    closed.rejected(0, 1, new RejectedRecordException(Stage.VALIDATE, "WrongShape", "secret"));

    var entries = closed.after(0, 0);
    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).data()).contains("WrongShape").doesNotContain("secret");
  }

  @Test
  void shouldShowComplexValuesAndRows() {
    var complex = Tensors.of(new float[] {3, 4, 0, 0, 1, 0, 0, 0}, 2, 2, 2);
    var shown = Thumbnail.of(complex);
    assertThat(shown.width()).isEqualTo(2);
    assertThat(shown.height()).isEqualTo(2);
    assertThat(shown.high()).isEqualTo((float) Math.log1p(5));
    var row = Thumbnail.of(Tensors.of(new float[1_000], 1_000));
    assertThat(row.width()).isEqualTo(Thumbnail.LONGEST);
    assertThat(row.height()).isEqualTo(1);
  }
}
