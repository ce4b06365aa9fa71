package org.deftstream.stream.cli;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.deftstream.deft.UserError;
import org.deftstream.stream.stack.ShutdownOwner;
import org.deftstream.stream.stack.TopicAdmin;
import org.deftstream.trainer.cli.TrainMode;
import org.deftstream.trainer.serve.PairClients;
import org.deftstream.trainer.serve.Trainer;
import org.deftstream.trainer.serve.TrainerStatus;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deftstream train --serve} and {@code --now}: the options that need a Kafka. */
final class TrainerMode implements TrainMode {
  private static final Pattern PLACE = Pattern.compile("(\\d{1,9})@(\\d{1,18})");

  @Option(
      names = "--serve",
      description =
          "Run the trainer: labelled pairs in, better adapters out, until Ctrl-C. Its settings are"
              + " those of the service (docs/configuration.md).")
  private boolean serve;

  @Option(
      names = "--now",
      paramLabel = "TASK",
      description = "Ask the running trainer to refresh a task, and return.")
  private String now;

  @Option(
      names = "--skip",
      paramLabel = "PARTITION@OFFSET",
      description =
          "Pass by a record of the labelled pairs that takes more memory than the trainer has: it"
              + " becomes a dead letter without its bytes and is not read again.")
  private String skip;

  @Mixin private SettingsOptions options;

  @Override
  public Optional<Integer> run() throws InterruptedException {
    if (now != null) {
      var settings = options.read();
      new PairClients(TrainerAccess.access(settings), settings.applicationId()).refreshNow(now);
      System.out.println("asked for a refresh of task " + now);
      return Optional.of(0);
    }
    if (skip != null) {
      skip();
      return Optional.of(0);
    }
    return serve ? Optional.of(serve()) : Optional.empty();
  }

  private void skip() {
    var place = PLACE.matcher(skip);
    if (!place.matches()) {
      throw new UserError(
          "--skip takes a partition and an offset, as in 0@123, but got '" + skip + "'");
    }
    var settings = options.read();
    new PairClients(TrainerAccess.access(settings), settings.applicationId())
        .skip(Integer.parseInt(place.group(1)), Long.parseLong(place.group(2)));
    System.out.println("passed by " + settings.topics().labelledPairs() + " " + skip);
  }

  private int serve() throws InterruptedException {
    var settings = options.read();
    ProcessPriority.lower(settings.trainer().nice());
    new TopicAdmin(settings.connection()).verify(settings.topics());
    var trainer = TrainerAccess.settings(settings);
    try (var owner = new ShutdownOwner()) {
      var status = new TrainerStatus();
      var port = settings.trainer().httpPort();
      if (port.isPresent()) {
        var pages =
            owner.own("pages", TrainerPages.open(settings.httpHost(), port.getAsInt(), status));
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
