package org.deftstream.service.topology;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.deft.operator.PhysicalUnits;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.InvalidTensorException;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/**
 * Fits a measurement to its task's operator, and says what does not fit and what would. Stateless
 * and thread-safe.
 */
final class MeasurementValidator {
  /** Longer names are nobody's; they would be copied into answers, messages and metrics. */
  private static final int MAX_NAME = 256;

  private MeasurementValidator() {}

  /**
   * Checks that a measurement can be named at all.
   *
   * @throws RejectedRecordException if id or task is empty or too long
   */
  static void requireNames(Measurement measurement) {
    if (measurement.getId().isBlank()) {
      throw rejected("MissingId", "id is empty; every measurement needs an id of its own");
    }
    if (measurement.getTask().isBlank()) {
      throw rejected("MissingTask", "task is empty; it names what was measured");
    }
    requireLength("id", measurement.getId());
    requireLength("task", measurement.getTask());
  }

  private static void requireLength(String what, String name) {
    if (name.length() > MAX_NAME) {
      throw rejected(
          "NameTooLong",
          "%s has %d characters, but at most %d are taken"
              .formatted(what, name.length(), MAX_NAME));
    }
  }

  /**
   * Finds the shape of the image that was measured, and whether it can be reconstructed, before
   * anything is made for it.
   *
   * @param measurement the measurement
   * @param method what is to serve it
   * @param operators bounds the pixels
   * @throws RejectedRecordException if no image has such a measurement, or prior, adapter or bounds
   *     do not take that image
   */
  static ImageShape image(Measurement measurement, ServingMethod method, OperatorCache operators) {
    String where = "task '" + method.task().name() + "': ";
    var operator = method.operator();
    var prior = method.prior();
    var auxiliary = measurement.getAuxiliary().keySet();
    int[] measured;
    try {
      measured = Tensors.wholeShape("values", measurement.getValues());
    } catch (InvalidTensorException e) {
      throw rejected("InvalidTensor", where + e.getMessage());
    }
    var found = operator.imageShapeOf(measured, auxiliary);
    // A prior of one size leaves nothing to choose.
    boolean one = prior.tiling() instanceof Tiling.Whole;
    boolean other = found.isPresent() && !found.get().equals(operator.imageShape());
    if (found.isEmpty() || (one && other)) {
      throw rejected(
          "InvalidTensor",
          where
              + "values: shape is %s, but must be %s%s"
                  .formatted(
                      Arrays.toString(measured),
                      one
                          ? Arrays.toString(operator.measurementShape(auxiliary))
                          : operator.measuredForm(auxiliary),
                      other
                          ? ": prior %s takes images of %s only, not of %s"
                              .formatted(prior.name(), operator.imageShape(), found.get())
                          : ""));
    }
    var image = found.get();
    try {
      operators.requireAllowed(image);
    } catch (IllegalArgumentException e) {
      throw rejected("ImageTooLarge", where + e.getMessage());
    }
    try {
      prior.tiling().require(image, prior.imageShape());
      method.hTransform().require(image);
    } catch (IllegalArgumentException e) {
      throw rejected("InvalidMeasurement", where + e.getMessage());
    }
    return image;
  }

  /**
   * Checks values and auxiliary inputs, and binds the operator to them.
   *
   * @param measurement the measurement
   * @param task its task
   * @param image shape of the image that was measured
   * @param operators makes the operator of that shape
   * @return the measurement as the engine takes it
   * @throws RejectedRecordException if shape, type, byte count, range, a number or an auxiliary
   *     input is wrong, or the task's operator cannot be had at that shape
   */
  static BoundMeasurement bind(
      Measurement measurement, Task task, ImageShape image, OperatorCache operators) {
    try {
      ForwardOperator operator =
          operators
              .at(task.operator(), image)
              .sizedFor(Tensors.wholeShape("values", measurement.getValues()));
      int[] shape = operator.measurementShape(measurement.getAuxiliary().keySet());
      float[] values = Tensors.toNumbers("values", measurement.getValues(), shape);
      var bound =
          operator.bind(
              AuxiliaryInputs.read(
                  operator,
                  measurement.getAuxiliary(),
                  (name, tensor, shapes) -> Tensors.toFloats("auxiliary." + name, tensor, shapes)));
      float[] measured = bound.measured(inImageUnits(measurement, bound, values));
      Tensors.requireFinite("values", measured, shape);
      return BoundMeasurement.of(bound, measured);
    } catch (InvalidTensorException e) {
      throw rejected("InvalidTensor", "task '" + task.name() + "': " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw rejected("InvalidMeasurement", "task '" + task.name() + "': " + e.getMessage());
    }
  }

  private static float[] inImageUnits(
      Measurement measurement, ForwardOperator bound, float[] values) {
    return RecordScale.of(measurement)
        .map(scale -> PhysicalUnits.toImageUnits(bound, values, scale))
        .orElse(values);
  }

  private static RejectedRecordException rejected(String errorClass, String message) {
    return new RejectedRecordException(Stage.VALIDATE, errorClass, message);
  }
}
