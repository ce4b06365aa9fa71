package org.deftstream.trainer.monitor;

import java.time.Duration;
import java.util.Locale;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.SigningKeys;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.config.TrainerOptions;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.trainer.gate.PromotionGate;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.PublicationPolicy;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.deftstream.trainer.refresh.RefreshSettings;
import org.deftstream.trainer.refresh.StartFrom;
import org.deftstream.trainer.refresh.TrainingSettings;
import org.deftstream.trainer.serve.TrainerSettings;
import org.deftstream.trainer.serve.WindowSettings;

/** From the settings of the command line to those of the trainer. Stateless. */
public final class TrainerAccess {
  private static final double EMA_DECAY = 0.999;
  private static final long SEED = 1;
  private static final Duration GATE_TIMEOUT = Duration.ofMinutes(10);

  private TrainerAccess() {}

  /** How the trainer reaches Kafka; it signs its control records with its name. */
  public static PublisherSettings access(ServiceSettings service) {
    return new PublisherSettings(
        service.kafkaConfig(),
        Serdes.of(service.registryUrl(), service.connection().registryConfig()),
        service.topics(),
        service.connectTimeout(),
        "trainer of " + service.applicationId());
  }

  public static AdapterPublisher publisher(ServiceSettings service) {
    return new AdapterPublisher(
        access(service), service.trainer().signKey().map(SigningKeys::readPrivate));
  }

  /**
   * The trainer's settings.
   *
   * @throws UserError one line that says which does not go with which
   */
  public static TrainerSettings settings(ServiceSettings service) {
    var options = service.trainer();
    try {
      return new TrainerSettings(
          access(service),
          service.applicationId(),
          service.modelsDirectory(),
          options.network(),
          new WindowSettings(
              options.directory(), options.pairs(), options.age(), options.refreshes()),
          new PairCheck(options.maxResidual()),
          policy(options),
          refresh(options),
          new PublicationPolicy(options.canaryShare(), options.keep(), options.confirmation()),
          options.canaryRecords(),
          training(options),
          options.methods(),
          new SessionOptions(options.threads(), options.bfloat16(), options.gpuMemory()),
          service.engineMaxBatch(),
          GATE_TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw new UserError("trainer: " + e.getMessage(), e);
    }
  }

  private static RefreshPolicy policy(TrainerOptions options) {
    return new RefreshPolicy(
        options.refreshPairs(),
        options.refreshInterval(),
        options.leastTraining(),
        options.leastValidation());
  }

  private static RefreshSettings refresh(TrainerOptions options) {
    return new RefreshSettings(
        new TrainValidationSplit(options.validationShare()),
        options.validationPairs(),
        StartFrom.valueOf(options.start().toUpperCase(Locale.ROOT)),
        new PromotionGate(options.margin()));
  }

  private static TrainingSettings training(TrainerOptions options) {
    return new TrainingSettings(
        new TrainingBudget(options.steps(), options.minutes()),
        options.learningRate(),
        options.batch(),
        options.reuse(),
        EMA_DECAY,
        options.checkpoint().toMillis() / 60e3,
        options.patience(),
        SEED);
  }
}
