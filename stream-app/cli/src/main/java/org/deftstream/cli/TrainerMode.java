package org.deftstream.cli;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.Nearest;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.config.TrainerKeys;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.monitor.TrainerAccess;
import org.deftstream.trainer.monitor.TrainerPages;
import org.deftstream.trainer.serve.DirectoryLock;
import org.deftstream.trainer.serve.PairClients;
import org.deftstream.trainer.serve.Trainer;
import org.deftstream.trainer.serve.TrainerStatus;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deftstream train --serve} and {@code --now}: the options that need a Kafka. */
@OptionHeading("The running trainer")
final class TrainerMode implements TrainMode {
  @Option(
      names = "--serve",
      description =
          "Run the trainer: labelled pairs in, better adapters out, until Ctrl-C. Its settings are"
              + " those of the service (docs/configuration.md).")
  private boolean serve;

  @Option(
      names = "--now",
      paramLabel = "TASK",
      description = "Ask the running trainer to refresh a task, and return when it has read that.")
  private String now;

  @Mixin private SettingsOptions options;

  @Override
  public Optional<Integer> run() throws InterruptedException {
    if (now != null) {
      var settings = options.read();
      var access = TrainerAccess.access(settings);
      requireKnown(settings, access);
      new PairClients(access, settings.get(ServiceKeys.APPLICATION_ID)).refreshNow(now);
      System.out.println("the trainer has read the request for a refresh of task " + now);
      return Optional.of(0);
    }
    return serve ? Optional.of(serve()) : Optional.empty();
  }

  /** A trainer with the same settings would pass over what neither of the two defines. */
  private void requireKnown(ServiceSettings settings, PublisherSettings access) {
    var models = new ModelFiles(settings.modelsDirectory());
    if (models.hasTask(now)) {
      return;
    }
    var defined = ControlTopic.read(access).keySet();
    if (!defined.contains(now)) {
      throw new UserError(
          "task '"
              + now
              + "' is neither in models.dir ("
              + settings.modelsDirectory()
              + ") nor has it a control record"
              + Nearest.hint(now, defined));
    }
  }

  private int serve() throws InterruptedException {
    var settings = options.read();
    ProcessPriority.lower(settings.get(TrainerKeys.NICE));
    new TopicAdmin(settings.connection()).verify(settings.topics());
    var trainer = TrainerAccess.settings(settings);
    try (var owner = new ShutdownOwner()) {
      owner.own(
          "directory", DirectoryLock.take("trainer.dir", settings.get(TrainerKeys.DIRECTORY)));
      var status = new TrainerStatus();
      var port = settings.get(TrainerKeys.HTTP_PORT);
      if (port.isPresent()) {
        var pages =
            owner.own(
                "pages",
                TrainerPages.open(
                    settings.get(ServiceKeys.HTTP_HOST),
                    port.getAsInt(),
                    settings.get(ServiceKeys.HTTP_TOKEN),
                    status,
                    settings.get(TrainerKeys.DIRECTORY)));
        System.err.println("pages: " + pages.url());
      }
      var running =
          owner.own("trainer", Trainer.start(trainer, TrainerAccess.publisher(settings), status));
      System.err.println("ready: trains from " + settings.topics().labelledPairs());
      // A signal ends the process without this.
      throw new UserError(running.ended().toCompletableFuture().get());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
