package org.deftstream.deft.operator.mri;

import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.text.JsonFields;

/** Reads what Cartesian and radial scans have in common, and makes the operator. Stateless. */
final class MriFields {
  /** Most receiving coils. */
  static final int MOST_COILS = 64;

  private MriFields() {}

  /**
   * Makes the operator.
   *
   * @param grid what a record's own mask is laid over; empty if records bring none
   */
  static ForwardOperator create(
      String kind, JsonFields fields, ImageShape shape, KSpace kSpace, Optional<KSpace> grid) {
    int coils = fields.integer("coils", 1, MOST_COILS, 1);
    boolean record =
        fields.has("maps") && fields.choice("maps", Set.of("synthetic", "record")).equals("record");
    var noise = GaussianNoise.read(fields);
    fields.refuseUnknown();
    if (shape.channels() > 2) {
      throw new IllegalArgumentException(
          fields.where()
              + ": images must have one channel, or two for real and imaginary part, got "
              + shape);
    }
    return new Mri(kind, shape, noise, kSpace, grid, coils, record);
  }
}
