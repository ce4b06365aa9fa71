package org.deftstream.devstack.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.text.Nearest;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlSettings;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.service.InstalledModels;
import org.deftstream.service.ReconstructionService;
import org.deftstream.service.ServiceOptions;
import org.deftstream.service.control.CanaryRollback;
import org.deftstream.service.control.ControlPlane;

/**
 * Everything that the demo's stream runs on: models, broker, registry, topics, service. What it
 * starts belongs to the {@link ShutdownOwner} that it is given.
 */
final class DemoStage {
  private static final String INSTANCE = "demo";
  private static final int MAX_BATCH = 16;
  private static final Duration READY = Duration.ofMinutes(2);
  private static final Duration KAFKA = Duration.ofSeconds(30);

  private final ShutdownOwner owner;
  private final Path models;
  private final Topics topics = Topics.defaults();
  private final Map<Task, AdapterDirectory.Content> adapters = new LinkedHashMap<>();
  private InstalledModels installed;
  private List<Task> tasks;
  private List<Task> shown;
  private EmbeddedStack stack;
  private ReconstructionService service;

  DemoStage(ShutdownOwner owner, Path models) {
    this.owner = owner;
    this.models = models;
  }

  /**
   * Opens priors and reads tasks and adapters.
   *
   * @param names the tasks that the demo uses
   * @return the tasks, in the order of the names
   * @throws UserError if one of them or its adapter is not there
   */
  List<Task> openModels(List<String> names) {
    openPriors();
    tasks = installed.tasks();
    var known = tasks.stream().map(Task::name).toList();
    var wanted = new ArrayList<Task>();
    for (var name : names) {
      var task =
          tasks.stream()
              .filter(t -> t.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new UserError(
                          "the demo needs task '"
                              + name
                              + "' in "
                              + models
                              + Nearest.hint(name, known)));
      wanted.add(task);
      adapters.put(task, AdapterDirectory.read(adapterDirectory(task)));
    }
    shown = wanted;
    return wanted;
  }

  /**
   * Opens the priors of tasks, which are served and nothing else, and reads the adapters there are.
   */
  void openModels(Collection<Task> served) {
    openPriors();
    tasks = List.copyOf(served);
    shown = tasks;
    for (var task : tasks) {
      var directory = adapterDirectory(task);
      if (Files.isDirectory(directory)) {
        adapters.put(task, AdapterDirectory.read(directory));
      }
    }
  }

  private Path adapterDirectory(Task task) {
    return models.resolve("adapters").resolve(Task.fileName(task.name()));
  }

  private void openPriors() {
    installed = owner.own("models", InstalledModels.open(models, SessionOptions.standard()));
  }

  /**
   * Starts broker and registry, creates the topics, and has every task of the demo served
   * training-free: on data of an earlier run its adapters may be active.
   */
  void startStack(Path directory) {
    stack = owner.own("stack", EmbeddedStack.start(StackSettings.in(directory)));
    new TopicAdmin(stack.connection()).create(topics);
    shown.forEach(task -> publisher().change(task.name(), ControlChanges::trainingFree));
  }

  /** Starts the service and waits until it consumes. */
  void startService() {
    var connection = ServiceOptions.Connection.of(stack.bootstrapServers(), stack.registryUrl());
    var control =
        ControlSettings.of(kafka(), serdes(), topics, INSTANCE, BatchSizes.upTo(MAX_BATCH));
    service =
        owner.own(
            "service",
            ReconstructionService.start(
                ServiceOptions.of(
                    connection, INSTANCE, stack.directory().resolve("service"), MAX_BATCH),
                engine ->
                    ControlPlane.start(
                        control, tasks, installed, installed.networks(), CanaryRollback.NONE),
                READY));
    if (!service.awaitReady(READY)) {
      throw new UserError(
          "the service did not get its partitions within " + READY.toSeconds() + " s");
    }
  }

  /** Starts the trainer, in a process of its own. */
  TrainerProcess startTrainer(TrainPlan plan) {
    var task = adapters.keySet().iterator().next();
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("bootstrap.servers", stack.bootstrapServers());
    settings.put("schema.registry.url", stack.registryUrl());
    settings.put("application.id", INSTANCE);
    settings.put("models.dir", models.toString());
    settings.put("trainer.refresh.pairs", Integer.toString(plan.pairs()));
    settings.put("trainer.steps", Integer.toString(plan.steps()));
    settings.put("trainer.minutes", Integer.toString(plan.minutes()));
    settings.put("trainer.batch", Integer.toString(plan.rows()));
    settings.put("trainer.learning.rate", "0.001");
    settings.put("trainer.checkpoint.seconds", "30");
    settings.put("trainer.threads", Integer.toString(threads));
    // Somebody waits for its end.
    settings.put("trainer.nice", "0");
    settings.put("trainer.gate.methods", "ddnm,ddnm-plus");
    return owner.own(
        "trainer", TrainerProcess.start(stack.directory().resolve("trainer"), task, settings));
  }

  /** Sends labelled pairs of the demo's one task. */
  void sendPairs(TrainPlan plan, long seed) {
    var task = adapters.keySet().iterator().next();
    PairSender.send(
        stack.bootstrapServers(), serdes(), topics.labelledPairs(), task, 0, plan.pairs(), seed);
  }

  /** Publishes and activates the adapter of every task of the demo that has one. */
  void publishAdapters() {
    adapters.values().forEach(publisher()::pushStable);
  }

  /** Adapter id of each task of the demo that has one. */
  Map<String, String> adapterIds() {
    var ids = new LinkedHashMap<String, String>();
    adapters.forEach((task, adapter) -> ids.put(task.name(), adapter.manifest().adapterId()));
    return ids;
  }

  /**
   * Says when a part has stopped.
   *
   * @throws UserError if the service is no longer there
   */
  void requireAlive() {
    if (service.stopped().isDone()) {
      throw new UserError("the service has stopped by itself; the reason is in its log");
    }
  }

  /** Stops the service and keeps the broker; what was in flight is published first. */
  void stopService() {
    service.close();
  }

  /** Waits until the broker or the registry stops by itself, for ever if they do not. */
  void awaitFailure() throws InterruptedException {
    stack.awaitFailure();
  }

  /** A producer of measurements. */
  Sender openSender() {
    return owner.own(
        "sender", Sender.open(stack.bootstrapServers(), serdes(), topics.measurements()));
  }

  /** A consumer of answers, from now on. */
  Inbox openInbox() {
    return Inbox.open(stack.bootstrapServers(), serdes(), topics);
  }

  /** Broker, registry and data directory, for people. */
  Map<String, String> addresses() {
    return Map.of(
        "bootstrapServers",
        stack.bootstrapServers(),
        "registry",
        stack.registryUrl(),
        "directory",
        stack.directory().toString());
  }

  private AdapterPublisher publisher() {
    return new AdapterPublisher(
        new PublisherSettings(kafka(), serdes(), topics, KAFKA, "deftstream demo"));
  }

  private Serdes serdes() {
    return Serdes.of(stack.registryUrl());
  }

  private Map<String, Object> kafka() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers());
  }
}
