package org.deftstream.trainer.serve;

import java.time.Clock;
import java.time.Duration;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.refresh.ControlPublication;

/** Puts the trainer together. Stateless. */
public final class Trainer {
  /** How often definitions of tasks are looked at. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private Trainer() {}

  /**
   * Starts a trainer.
   *
   * @param publisher of the same brokers; signs adapters where services ask for it
   * @param status told what is done
   * @return the running trainer; the caller closes it
   */
  public static TrainerService start(
      TrainerSettings settings, AdapterPublisher publisher, TrainerStatus status) {
    var files = new ModelFiles(settings.models());
    var tasks = new InstalledTasks(files, () -> ControlTopic.read(settings.access()), AGAIN);
    var clients = new PairClients(settings.access(), settings.application());
    var access = settings.access();
    var trouble =
        new SchemaTrouble(() -> access.serdes().registryAnswers(access.topics().labelledPairs()));
    var publication =
        new ControlPublication(settings.access(), publisher, settings.publication(), files::parse);
    var service =
        new TrainerService(
            sink -> clients.open(tasks, settings.check(), trouble, sink),
            tasks,
            settings.window(),
            settings.refresh().split(),
            settings.policy(),
            new TensorFlowRefreshes(settings, files, publication, status),
            new CanaryPromotion(settings.access(), publisher, settings.canaryRecords()),
            status,
            Clock.systemUTC());
    service.start();
    return service;
  }
}
