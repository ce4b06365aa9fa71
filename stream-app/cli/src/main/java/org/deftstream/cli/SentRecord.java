package org.deftstream.cli;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Geometry;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/** A file's measurement as a record, and how it is known again. Stateless. */
public final class SentRecord {
  /** Headers that stay with a record, its answer and its dead letter. */
  static final String FILE = "deft.file";

  static final String TASK = "deft.task";

  private SentRecord() {}

  /** The record of a sample. */
  public static Measurement measurement(TaskSample sample) {
    return measurement(sample, Instant.now());
  }

  /** The record of a sample that was taken at some time. */
  static Measurement measurement(TaskSample sample, Instant capturedAt) {
    var auxiliary = new HashMap<String, Tensor>();
    sample.auxiliary().forEach((name, array) -> auxiliary.put(name, tensor(array)));
    var geometry = sample.geometry();
    return Measurement.newBuilder()
        .setId(sample.id())
        .setTask(sample.task())
        .setValues(Tensors.of(sample.values(), sample.shape()))
        .setAuxiliary(auxiliary)
        .setCapturedAt(capturedAt)
        .setScale(sample.scale().map(SentRecord::scale).orElse(null))
        .setGeometry(
            new Geometry(
                Arrays.stream(geometry.spacing()).boxed().toList(),
                Arrays.stream(geometry.position()).boxed().toList(),
                Arrays.stream(geometry.orientation()).boxed().toList(),
                Map.copyOf(geometry.identifiers())))
        .build();
  }

  private static Tensor tensor(NumericArray array) {
    return Tensors.of(array.values(), array.realShape());
  }

  private static org.deftstream.schemas.avro.IntensityScale scale(IntensityScale scale) {
    return new org.deftstream.schemas.avro.IntensityScale(
        scale.slope(), scale.intercept(), scale.units());
  }

  /** Marks a record as one of a file. */
  public static void mark(Headers headers, TaskSample sample) {
    headers.add(FILE, sample.source().toString().getBytes(StandardCharsets.UTF_8));
    headers.add(TASK, sample.task().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The file that a record is of, if it was sent from one.
   *
   * @param task only of this task; null for any
   */
  static Optional<String> file(Headers headers, String task) {
    return text(headers, FILE)
        .filter(file -> task == null || text(headers, TASK).filter(task::equals).isPresent());
  }

  private static Optional<String> text(Headers headers, String name) {
    var header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  /** The id that a record has as its key. */
  static Optional<String> id(byte[] key) {
    return key == null ? Optional.empty() : Optional.of(new String(key, StandardCharsets.UTF_8));
  }
}
