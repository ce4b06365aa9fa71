package org.deftstream.service.topology;

import java.util.Optional;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.schemas.avro.Measurement;

/** The scale that a record carries. Stateless and thread-safe. */
final class RecordScale {
  private RecordScale() {}

  /**
   * What -1 and 1 mean.
   *
   * @throws IllegalArgumentException if it carries one that is none
   */
  static Optional<IntensityScale> of(Measurement measurement) {
    var scale = measurement.getScale();
    return scale == null
        ? Optional.empty()
        : Optional.of(new IntensityScale(scale.getSlope(), scale.getIntercept(), scale.getUnits()));
  }
}
