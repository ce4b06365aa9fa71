package org.deftstream.trainer.pairs;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.Nearest;
import org.deftstream.schemas.InvalidTensorException;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Tensor;
import org.deftstream.trainer.pairs.PairRejectedException.Stage;

/**
 * Fits a pair to its task and says what does not fit and what would. Thread-safe.
 *
 * @param maxResidual largest residual of a truth under its own measurement, in units of the noise,
 *     above 0: a truth that explains its measurement has about 1, one that belongs to another image
 *     far more
 */
public record PairCheck(double maxResidual) {
  /** Truths are in [-1, 1]; a little more is rounding, much more is another unit. */
  private static final float LARGEST_VALUE = 1.5f;

  public PairCheck {
    if (!(maxResidual > 0)) {
      throw new IllegalArgumentException("maxResidual must be above 0, got " + maxResidual);
    }
  }

  /**
   * Checks that a pair can be named at all.
   *
   * @throws PairRejectedException if id or task is empty
   */
  static void requireNames(LabelledPair pair) {
    if (pair.getId().isBlank()) {
      throw rejected("MissingId", "id is empty; every pair needs an id of its own");
    }
    if (pair.getTask().isBlank()) {
      throw rejected("MissingTask", "task is empty; it names what the pair is for");
    }
  }

  /** What a pair of a task that nobody knows is told. */
  static PairRejectedException unknownTask(String name, java.util.Collection<String> known) {
    return rejected("UnknownTask", "task '" + name + "' is not known" + Nearest.hint(name, known));
  }

  /**
   * Checks truth, measurement and auxiliary inputs.
   *
   * @throws PairRejectedException one line that says what is wrong and what would be right
   */
  public Pair check(LabelledPair pair, Task task) {
    ForwardOperator operator = task.operator();
    try {
      var shape = operator.imageShape();
      float[] truth =
          Tensors.toFloats(
              "truth", pair.getTruth(), shape.height(), shape.width(), shape.channels());
      requireRange(truth);
      Optional<float[]> measurement =
          Optional.ofNullable(pair.getMeasurement())
              .map(y -> Tensors.toFloats("measurement", y, operator.measurementShape()));
      var auxiliary = auxiliary(pair, operator, measurement.isPresent());
      measurement.ifPresent(y -> requireConsistent(operator.bind(auxiliary), truth, y));
      return new Pair(
          pair.getId(),
          Optional.ofNullable(pair.getSeries()),
          task.name(),
          truth,
          measurement,
          auxiliary);
    } catch (InvalidTensorException e) {
      throw rejected("InvalidTensor", "task '" + task.name() + "': " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw rejected("InvalidPair", "task '" + task.name() + "': " + e.getMessage());
    }
  }

  private static void requireRange(float[] truth) {
    for (float value : truth) {
      if (Math.abs(value) > LARGEST_VALUE) {
        throw new IllegalArgumentException(
            "truth holds the value " + value + "; images have values in [-1, 1]");
      }
    }
  }

  private void requireConsistent(ForwardOperator operator, float[] truth, float[] measurement) {
    operator.requireInRange(measurement);
    double residual = operator.residual(truth, measurement);
    if (!(residual <= maxResidual)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "truth and measurement do not belong together: the truth leaves a residual of %.3g"
                  + " times the noise, about 1 is right and %.3g is the bound",
              residual,
              maxResidual));
    }
  }

  private static Map<String, float[]> auxiliary(
      LabelledPair pair, ForwardOperator operator, boolean measured) {
    Map<String, Tensor> given = pair.getAuxiliary();
    if (!measured) {
      if (!given.isEmpty()) {
        throw new IllegalArgumentException(
            "auxiliary input '"
                + given.keySet().iterator().next()
                + "' comes without a measurement; a pair with a truth alone is measured afresh at"
                + " every use");
      }
      return Map.of();
    }
    return AuxiliaryInputs.read(operator, given, Tensors::toFloats);
  }

  private static PairRejectedException rejected(String errorClass, String message) {
    return new PairRejectedException(Stage.VALIDATE, errorClass, message);
  }
}
