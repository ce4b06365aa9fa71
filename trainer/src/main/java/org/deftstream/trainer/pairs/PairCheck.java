package org.deftstream.trainer.pairs;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.AuxiliaryInputs;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.Nearest;
import org.deftstream.deft.training.TruthCheck;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.schemas.InvalidTensorException;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Tensor;
import org.deftstream.trainer.pairs.PairRejectedException.Stage;

/**
 * Fits a pair to its task and says what does not fit and what would. Thread-safe.
 *
 * @param truths holds truths to their range and to their measurements
 */
public record PairCheck(TruthCheck truths) {
  /** Longest name of a pair, a series or a task. */
  static final int LONGEST_NAME = 256;

  /**
   * A check.
   *
   * @param maxResidual see {@link TruthCheck}
   */
  public PairCheck(double maxResidual) {
    this(new TruthCheck(maxResidual));
  }

  /**
   * Checks that a pair can be named at all, before anything is done with its names.
   *
   * @throws PairRejectedException if id or task is empty, or a name is too long
   */
  static void requireNames(LabelledPair pair) {
    if (pair.getId().isBlank()) {
      throw rejected("MissingId", "id is empty; every pair needs an id of its own");
    }
    if (pair.getTask().isBlank()) {
      throw rejected("MissingTask", "task is empty; it names what the pair is for");
    }
    requireShort("id", pair.getId());
    requireShort("task", pair.getTask());
    if (pair.getSeries() != null) {
      requireShort("series", pair.getSeries());
    }
  }

  private static void requireShort(String what, String name) {
    if (name.length() > LONGEST_NAME) {
      throw rejected(
          "NameTooLong",
          "%s has %d characters, but must have at most %d"
              .formatted(what, name.length(), LONGEST_NAME));
    }
  }

  /** What a record with more headers than a letter has is told; they cost memory by their count. */
  static PairRejectedException tooManyHeaders() {
    return new PairRejectedException(
        Stage.DECODE,
        "TooManyHeaders",
        "the record has more than %d headers; a pair needs none"
            .formatted(DeadLetter.MOST_HEADERS));
  }

  /** What a pair of a task that cannot be used is told. */
  static PairRejectedException brokenTask(String name, String reason) {
    return rejected("BrokenTask", "task '" + name + "' cannot be used: " + reason);
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
      requireOwnSize(pair, shape);
      float[] truth =
          Tensors.toFloats(
              "truth", pair.getTruth(), shape.height(), shape.width(), shape.channels());
      TruthCheck.requireRange(truth);
      int[] measured = operator.measurementShape(pair.getAuxiliary().keySet());
      Optional<float[]> measurement =
          Optional.ofNullable(pair.getMeasurement())
              .map(y -> Tensors.toNumbers("measurement", y, measured));
      var auxiliary = auxiliary(pair, operator, measurement.isPresent());
      measurement = measurement.map(y -> measured(operator.bind(auxiliary), y));
      measurement.ifPresent(y -> truths.requireConsistent(operator.bind(auxiliary), truth, y));
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

  /** The service takes measurements of many sizes; what adapters learn from is of one. */
  private static void requireOwnSize(LabelledPair pair, ImageShape own) {
    int[] given = Tensors.shape(pair.getTruth());
    boolean size =
        given.length == 3
            && given[2] == own.channels()
            && (given[0] != own.height() || given[1] != own.width());
    if (size) {
      throw new InvalidTensorException(
          ("truth: shape is %s, but must be [%d, %d, %d]: adapters are trained on images of the"
                  + " task's own size, whatever size they answer at")
              .formatted(Arrays.toString(given), own.height(), own.width(), own.channels()));
    }
  }

  /** What stands where nothing was measured may be anything, NaN too. */
  private static float[] measured(ForwardOperator bound, float[] measurement) {
    float[] measured = bound.measured(measurement);
    Tensors.requireFinite("measurement", measured, bound.measurementShape());
    return measured;
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
    return AuxiliaryInputs.read(
        operator,
        given,
        (name, tensor, shapes) -> Tensors.toFloats("auxiliary." + name, tensor, shapes));
  }

  private static PairRejectedException rejected(String errorClass, String message) {
    return new PairRejectedException(Stage.VALIDATE, errorClass, message);
  }
}
