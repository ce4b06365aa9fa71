package org.deftstream.stream.topology;

import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.InvalidTensorException;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.stream.ledger.RejectedRecordException;
import org.deftstream.stream.ledger.RejectedRecordException.Stage;

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
   * Checks values and auxiliary inputs, and binds the operator to them.
   *
   * @param measurement the measurement
   * @param task its task
   * @return the measurement as the engine takes it
   * @throws RejectedRecordException if shape, type, byte count, range, a number or an auxiliary
   *     input is wrong
   */
  static BoundMeasurement bind(Measurement measurement, Task task) {
    ForwardOperator operator = task.operator();
    try {
      int[] shape = operator.measurementShape(measurement.getAuxiliary().keySet());
      float[] values = Tensors.toNumbers("values", measurement.getValues(), shape);
      var bound =
          operator.bind(
              AuxiliaryInputs.read(
                  operator,
                  measurement.getAuxiliary(),
                  (name, tensor, shapes) -> Tensors.toFloats("auxiliary." + name, tensor, shapes)));
      float[] measured = bound.measured(values);
      Tensors.requireFinite("values", measured, shape);
      return BoundMeasurement.of(bound, measured);
    } catch (InvalidTensorException e) {
      throw rejected("InvalidTensor", "task '" + task.name() + "': " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw rejected("InvalidMeasurement", "task '" + task.name() + "': " + e.getMessage());
    }
  }

  private static RejectedRecordException rejected(String errorClass, String message) {
    return new RejectedRecordException(Stage.VALIDATE, errorClass, message);
  }
}
