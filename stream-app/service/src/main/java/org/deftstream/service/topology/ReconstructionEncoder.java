package org.deftstream.service.topology;

import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.operator.PhysicalUnits;
import org.deftstream.schemas.RegistryErrors;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Provenance;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.SourceRecord;

/**
 * From the engine's result to the bytes of a {@link Reconstruction} with its provenance. The
 * engine's values may leave [-1, 1] a little; what is published does not, and is in the units of
 * the measurement's scale. Thread-safe; closed by its owner.
 */
public final class ReconstructionEncoder implements Closeable {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final IntensityScale IDENTITY = new IntensityScale(1, 0, "");

  private final PerThread<Serializer<Reconstruction>> serializers;
  private final String topic;
  private final String instance;

  /**
   * Makes an encoder.
   *
   * @param serializers makes a serializer; called once for each thread
   * @param topic the topic of reconstructions, which decides the schema's subject
   * @param instance name of this instance
   */
  public ReconstructionEncoder(
      Supplier<Serializer<Reconstruction>> serializers, String topic, String instance) {
    this.serializers = new PerThread<>(serializers);
    this.topic = topic;
    this.instance = instance;
  }

  /**
   * Puts a reconstruction together.
   *
   * @param measurement the measurement, whose scale and geometry are handed on
   * @param record its record
   * @param method the lease it was made with; may have been given back
   * @param image shape of the image
   * @param result what the engine found
   */
  Reconstruction describe(
      Measurement measurement,
      SourceRecord record,
      ServingMethod method,
      ImageShape image,
      org.deftstream.deft.engine.Reconstruction result) {
    int[] shape = {image.height(), image.width(), image.channels()};
    var scale = RecordScale.of(measurement).orElse(IDENTITY);
    var factor =
        result.standardDeviation() == null ? Optional.<Double>empty() : method.deviationFactor();
    float[] deviation = factor.map(result::withDeviation).orElse(result).standardDeviation();
    return new Reconstruction(
        measurement.getId(),
        method.task().name(),
        Tensors.of(PhysicalUnits.image(result.mean(), scale), shape),
        deviation == null ? null : Tensors.of(PhysicalUnits.deviation(deviation, scale), shape),
        method.sampler().samples(),
        provenance(record, method, result),
        method.outOfRange(result.residual()).orElse(null),
        measurement.getScale(),
        measurement.getGeometry(),
        factor.orElse(null));
  }

  private Provenance provenance(
      SourceRecord record, ServingMethod method, org.deftstream.deft.engine.Reconstruction result) {
    return new Provenance(
        method.method(),
        method.adapterId().orElse(null),
        method.prior().name(),
        method.prior().fingerprint(),
        Operators.fingerprint(method.operator()),
        method.sampler().describe(),
        method.sampler().steps(),
        result.seed(),
        result.residual(),
        millis(result.queueTime()),
        millis(result.computeTime()),
        result.device(),
        result.largestBatch(),
        record.topic(),
        record.partition(),
        record.offset(),
        instance);
  }

  /**
   * Encodes a reconstruction.
   *
   * @throws RegistryUnavailableException if the registry did not answer
   */
  byte[] encode(Reconstruction reconstruction) {
    try {
      return serializers.get().serialize(topic, reconstruction);
    } catch (RuntimeException e) {
      if (RegistryErrors.passing(e)) {
        throw new RegistryUnavailableException(e);
      }
      throw e;
    }
  }

  /** About how many bytes the answer of a method takes, known before a step is spent on it. */
  static long estimatedBytes(ServingMethod method, ImageShape image) {
    long arrays = method.sampler().samples() > 1 ? 2 : 1;
    return arrays * Float.BYTES * image.pixels() * image.channels();
  }

  @Override
  public void close() {
    serializers.close();
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / NANOS_PER_MILLI;
  }
}
