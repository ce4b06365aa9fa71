package org.deftstream.service.topology;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.deftstream.deft.engine.DeadlineExceededException;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.EngineClosedException;
import org.deftstream.deft.engine.ReconstructionRequest;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.schemas.RecordSize;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.control.ServingMethod;
import org.deftstream.service.control.UnknownAdapterException;
import org.deftstream.service.control.UnknownTaskException;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.PostponedException;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.deftstream.service.ledger.SourceRecord;

/**
 * One record on its way through decoding, engine and encoding. Cancelling its future cancels the
 * engine's request; the lease on the method is given back however it ends.
 */
final class ReconstructionJob {
  /** A record is there as bytes and as numbers. */
  private static final long COPIES = 2;

  private static final long IMAGES_OF_A_SAMPLE = 5;
  private static final long IMAGES_OF_A_JOB = 6;

  private final ReconstructionWork work;
  private final SourceRecord record;
  private final MemoryPermit room;
  private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

  ReconstructionJob(ReconstructionWork work, SourceRecord record, MemoryPermit room) {
    this.work = work;
    this.record = record;
    this.room = room;
  }

  CompletableFuture<byte[]> start() {
    step(this::prepare);
    return answer;
  }

  /** Runs a step on a thread for it; the last one again and again, as the registry may be away. */
  private void step(Runnable step) {
    try {
      work.run(() -> attempt(step));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(new BrokenServiceException("the service is closing", e));
    }
  }

  private void attempt(Runnable step) {
    if (answer.isDone()) {
      return;
    }
    try {
      step.run();
    } catch (RegistryUnavailableException e) {
      try {
        work.runLater(() -> attempt(step), record, e);
      } catch (RejectedExecutionException closing) {
        answer.completeExceptionally(new BrokenServiceException("the service is closing", closing));
      }
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }

  private void prepare() {
    Measurement measurement = decode();
    MeasurementValidator.requireNames(measurement);
    var instructions = RecordInstructions.of(record.headers(), measurement.getAttributes());
    ServingMethod method = lease(measurement, instructions);
    // Complete, failed or cancelled: every way ends here, also an error below.
    answer.whenComplete((value, error) -> method.close());
    var image = MeasurementValidator.image(measurement, method, work.operators());
    requirePublishable(method, image);
    requireRoom(method, image);
    var request =
        new ReconstructionRequest(
            measurement.getId(),
            method.prior(),
            method.hTransform(),
            MeasurementValidator.bind(measurement, method.task(), image, work.operators()),
            method.sampler(),
            instructions.priority(),
            instructions.deadline());
    var computing = work.engine().submit(request);
    answer.whenComplete((value, error) -> computing.cancel(true));
    computing.whenComplete(
        (result, error) -> {
          if (error != null) {
            var reason = classified(error);
            if (reason instanceof RejectedRecordException rejected
                && !(rejected.getCause() instanceof DeadlineExceededException)) {
              method.failed();
            }
            answer.completeExceptionally(reason);
          } else {
            method.reconstructed(result.residual());
            work.listener().reconstructed(method, result);
            var made = new CompletableFuture<Reconstruction>();
            step(() -> finish(made, measurement, method, image, result));
          }
        });
  }

  private Measurement decode() {
    try {
      return work.decoder().decode(record);
    } catch (RegistryUnavailableException e) {
      throw work.postponed(record, e);
    }
  }

  private void finish(
      CompletableFuture<Reconstruction> made,
      Measurement measurement,
      ServingMethod method,
      ImageShape image,
      org.deftstream.deft.engine.Reconstruction result) {
    if (!made.isDone()) {
      made.complete(work.encoder().describe(measurement, record, method, image, result));
    }
    if (answer.complete(work.encoder().encode(made.join()))) {
      work.listener().answered(measurement, made.join());
    }
  }

  private ServingMethod lease(Measurement measurement, RecordInstructions instructions) {
    try {
      return work.tasks()
          .acquire(measurement.getTask(), measurement.getId(), instructions.adapterId());
    } catch (UnknownTaskException e) {
      throw new RejectedRecordException(Stage.VALIDATE, "UnknownTask", e.getMessage(), e);
    } catch (UnknownAdapterException e) {
      throw new RejectedRecordException(Stage.VALIDATE, "UnknownAdapter", e.getMessage(), e);
    }
  }

  /** What cannot be published is not computed. */
  private void requirePublishable(ServingMethod method, ImageShape image) {
    long least =
        RecordSize.of(record.key(), null, record.headers())
            + ReconstructionEncoder.estimatedBytes(method, image);
    if (least > work.limit()) {
      throw new RejectedRecordException(
          Stage.ADMIT,
          "ResultTooLarge",
          "the reconstruction would take at least %d bytes with key and headers, but its topic takes %d; raise records.max.bytes and the topic's max.message.bytes"
              .formatted(least, work.limit()));
    }
  }

  /**
   * The images of a job are on the heap beside its record: for each sample its state, the
   * prediction, its regions' answers and what solver and method remember, and those of the
   * operator, the mean and the deviation. An operator of another shape than the task's counts as
   * though nobody shared it.
   */
  private void requireRoom(ServingMethod method, ImageShape image) {
    long one = Float.BYTES * image.pixels() * image.channels();
    var operator = method.operator();
    long bytes =
        COPIES * record.bytes()
            + one * (IMAGES_OF_A_SAMPLE * method.sampler().samples() + IMAGES_OF_A_JOB)
            + (image.equals(operator.imageShape()) ? 0 : operator.bytesAt(image));
    if (!room.resize(bytes)) {
      throw new PostponedException("there is no room for its images now", bytes, null);
    }
  }

  private static Throwable classified(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof EngineBrokenException || cause instanceof EngineClosedException) {
      return new BrokenServiceException("the engine is " + cause.getMessage(), cause);
    }
    if (cause instanceof Exception) {
      String name = cause.getClass().getSimpleName().replaceFirst("Exception$", "");
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      return new RejectedRecordException(Stage.COMPUTE, name, message, cause);
    }
    return cause;
  }
}
