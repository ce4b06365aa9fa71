package org.deftstream.cli;

import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.task.Task;

/** A measurement of a task, of a picture that is drawn: a disc with a bright middle. Stateless. */
final class SimulatedRecord {
  private SimulatedRecord() {}

  /** Always the same one. */
  static BoundMeasurement of(Task task) {
    var random = new Random(1);
    var drawn = task.operator().drawAuxiliary(random);
    var operator = drawn.isEmpty() ? task.operator() : task.operator().bind(drawn);
    return BoundMeasurement.of(operator, operator.simulate(picture(operator.imageShape()), random));
  }

  /** The picture, channels alike. */
  static float[] picture(ImageShape shape) {
    var picture = new float[shape.size()];
    for (int i = 0; i < picture.length; i++) {
      int pixel = i / shape.channels();
      double y = 2.0 * (pixel / shape.width()) / shape.height() - 1;
      double x = 2.0 * (pixel % shape.width()) / shape.width() - 1;
      picture[i] = (float) Math.max(-0.9, 0.7 - 1.6 * (x * x + y * y));
    }
    return picture;
  }
}
