package org.deftstream.trainer.monitor;

import java.time.Duration;
import java.util.Locale;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.SigningKeys;
import org.deftstream.deft.tensorflow.Bfloat16;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.config.TrainerKeys;
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
        service.get(ConnectionKeys.CONNECT_TIMEOUT),
        "trainer of " + service.get(ServiceKeys.APPLICATION_ID));
  }

  public static AdapterPublisher publisher(ServiceSettings service) {
    return new AdapterPublisher(
        access(service), service.get(TrainerKeys.SIGN_KEY).map(SigningKeys::readPrivate));
  }

  /**
   * The trainer's settings.
   *
   * @throws UserError one line that says which does not go with which
   */
  public static TrainerSettings settings(ServiceSettings service) {
    try {
      return new TrainerSettings(
          access(service),
          service.get(ServiceKeys.APPLICATION_ID),
          service.modelsDirectory(),
          service.get(TrainerKeys.NETWORK),
          new WindowSettings(
              service.get(TrainerKeys.DIRECTORY),
              service.get(TrainerKeys.PAIRS_MAX),
              service.get(TrainerKeys.PAIRS_DAYS),
              service.get(TrainerKeys.KEEP_REFRESHES)),
          new PairCheck(service.get(TrainerKeys.PAIRS_RESIDUAL)),
          policy(service),
          refresh(service),
          new PublicationPolicy(
              service.get(TrainerKeys.CANARY_SHARE),
              service.get(TrainerKeys.KEEP),
              service.get(TrainerKeys.CONFIRM)),
          service.get(TrainerKeys.CANARY_RECORDS),
          training(service),
          service.get(TrainerKeys.METHODS),
          new SessionOptions(
              service.get(TrainerKeys.THREADS),
              Bfloat16.of(service.get(TrainerKeys.BFLOAT16)),
              service.get(TrainerKeys.GPU_MEMORY)),
          service.get(EngineKeys.MAX_BATCH),
          GATE_TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw new UserError("trainer: " + e.getMessage(), e);
    }
  }

  private static RefreshPolicy policy(ServiceSettings service) {
    return new RefreshPolicy(
        service.get(TrainerKeys.REFRESH_PAIRS),
        service.get(TrainerKeys.REFRESH_MINUTES),
        service.get(TrainerKeys.LEAST_TRAINING),
        service.get(TrainerKeys.LEAST_VALIDATION),
        service.get(TrainerKeys.COLD_START).equals("prior")
            ? service.get(TrainerKeys.COLD_SAMPLES)
            : 0);
  }

  private static RefreshSettings refresh(ServiceSettings service) {
    return new RefreshSettings(
        new TrainValidationSplit(service.get(TrainerKeys.VALIDATION_SHARE)),
        service.get(TrainerKeys.VALIDATION_PAIRS),
        StartFrom.valueOf(service.get(TrainerKeys.START).toUpperCase(Locale.ROOT)),
        new PromotionGate(service.get(TrainerKeys.MARGIN)));
  }

  private static TrainingSettings training(ServiceSettings service) {
    return new TrainingSettings(
        new TrainingBudget(service.get(TrainerKeys.STEPS), service.get(TrainerKeys.MINUTES)),
        service.get(TrainerKeys.LEARNING_RATE),
        service.get(TrainerKeys.ROWS),
        service.get(TrainerKeys.REUSE),
        EMA_DECAY,
        service.get(TrainerKeys.CHECKPOINT).toMillis() / 60e3,
        service.get(TrainerKeys.PATIENCE),
        SEED);
  }
}
