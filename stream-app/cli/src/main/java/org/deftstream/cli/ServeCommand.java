package org.deftstream.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.tensorflow.Bfloat16;
import org.deftstream.deft.tensorflow.OperatorPlace;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.config.AdapterKeys;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.messaging.control.GuardSettings;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.schemas.Serdes;
import org.deftstream.service.InstalledModels;
import org.deftstream.service.ReconstructionService;
import org.deftstream.service.ServiceOptions;
import org.deftstream.service.control.ControlPlane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code deftstream serve}: one instance of the service, until Ctrl-C or SIGTERM. */
@Command(
    name = "serve",
    description = "Run the service: measurements in, reconstructions out, until Ctrl-C.",
    footer = {
      "",
      "Examples: deftstream serve --config service.properties",
      "          deftstream serve --set http.port=8089 --set adapters.shipped=serve",
      "Exit codes: 1 a setting, Kafka, the registry or a model is not as it must be, or the service"
          + " stopped by itself, 2 wrong usage, 130 or 143 ended by a signal, in order."
    })
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  @Mixin private SettingsOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var settings = options.read();
    LOG.debug("Settings: {}", settings);
    new TopicAdmin(settings.connection()).verify(settings.topics());
    try (var owner = new ShutdownOwner()) {
      var models =
          owner.own("models", InstalledModels.open(settings.modelsDirectory(), session(settings)));
      if (settings.get(AdapterKeys.SHIPPED)) {
        new ShippedAdapters(settings).publish(models.tasks(), this::say);
      }
      var service =
          ReconstructionService.start(
              ServiceOptions.of(settings),
              engine -> control(settings, models, engine.batchSizes()),
              settings.get(ServiceKeys.READY_TIMEOUT));
      owner.own("service", () -> service.close(settings.get(EngineKeys.CLOSE_TIMEOUT)));
      if (!service.awaitReady(settings.get(ServiceKeys.READY_TIMEOUT))) {
        throw new UserError(
            "the service did not get its partitions within "
                + settings.get(ServiceKeys.READY_TIMEOUT).toSeconds()
                + " s"
                + service.awaited().map(why -> ": " + why).orElse(""));
      }
      service
          .httpUrl()
          .ifPresent(
              url -> {
                say(url + "/metrics");
                say("live page: " + url + "/");
              });
      say("ready: " + settings.instanceId() + " serves " + settings.topics().measurements());
      return ended(service, owner);
    }
  }

  /** How the settings let TensorFlow run. */
  static SessionOptions session(ServiceSettings settings) {
    return new SessionOptions(
            settings.get(EngineKeys.THREADS), Bfloat16.of(settings.get(EngineKeys.BFLOAT16)), 1)
        .withOperators(OperatorPlace.of(settings.get(EngineKeys.OPERATORS)));
  }

  private static ControlPlane control(
      ServiceSettings settings, InstalledModels models, BatchSizes batchSizes) {
    var control =
        new ControlSettings(
            settings.kafkaConfig(),
            Serdes.of(settings.registryUrl(), settings.connection().registryConfig()),
            settings.topics(),
            settings.instanceId(),
            batchSizes,
            settings.get(AdapterKeys.MAX_BYTES),
            settings.get(AdapterKeys.LOAD_TIMEOUT),
            settings.get(ConnectionKeys.CONNECT_TIMEOUT),
            guard(settings),
            TrustedKeys.read(settings.get(AdapterKeys.TRUSTED_KEYS)));
    return ControlPlane.start(
        control,
        models.tasks(),
        models,
        models.networks(),
        new PublishedCanaryRollback(ControlAccess.of(settings), settings.instanceId()));
  }

  private static GuardSettings guard(ServiceSettings settings) {
    try {
      return new GuardSettings(
          settings.get(AdapterKeys.CANARY_GUARD_WINDOW),
          settings.get(AdapterKeys.CANARY_GUARD_LIMIT),
          settings.get(AdapterKeys.CANARY_GUARD_RESIDUAL));
    } catch (IllegalArgumentException e) {
      throw new UserError("canary.guard: " + e.getMessage(), e);
    }
  }

  /** Waits for the end. Unless a signal brought it about, it is a failure. */
  private static int ended(ReconstructionService service, ShutdownOwner owner)
      throws InterruptedException {
    try {
      var state = service.stopped().get();
      if (owner.closing()) {
        return 0;
      }
      throw new UserError("the service stopped by itself (" + state + "); the log says why");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void say(String line) {
    var error = spec.commandLine().getErr();
    error.println(line);
    error.flush();
  }
}
