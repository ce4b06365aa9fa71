package org.deftstream.deft.operator.imaging;

import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.FixedOperator;
import org.deftstream.deft.operator.GaussianNoise;
import org.deftstream.deft.operator.ImageSized;
import org.deftstream.deft.operator.MeasurementRange;

/** What operators have in common that measure a picture of the image's size, and not linearly. */
abstract class NonlinearPicture extends FixedOperator {
  NonlinearPicture(String kind, ImageShape shape, GaussianNoise noise) {
    super(kind, shape, noise);
  }

  @Override
  protected final Optional<ImageSized> sized() {
    return Optional.of(ImageSized.same(channels()));
  }

  @Override
  public final boolean linear() {
    return false;
  }

  /** That of images: {@link MeasurementRange#OF_IMAGES}. */
  @Override
  public final MeasurementRange measurementRange() {
    return MeasurementRange.OF_IMAGES;
  }
}
