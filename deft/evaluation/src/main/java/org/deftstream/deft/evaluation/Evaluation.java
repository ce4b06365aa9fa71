package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.FeatureNetwork;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.ImageSet;

/**
 * Runs a plan: every method on the same images, measurements and seeds, one after the other,
 * through the engine that serves. Everything that a plan names is opened and checked before
 * anything is computed. Results go to a directory; what is there already is not computed again.
 * Owns the engine, the priors and the methods, and closes them. Used by one thread.
 */
public final class Evaluation implements AutoCloseable {
  /** Rows of images that the report shows of a task. */
  static final int SHOWN = 5;

  private final Plan plan;
  private final EvaluationModels models;
  private final EvaluationProgress progress;
  private final LongSupplier nanoTime;
  private final Engine engine;
  private final Map<String, Prior> priors = new LinkedHashMap<>();
  private final Map<String, FeatureNetwork> networks = new LinkedHashMap<>();
  private final Map<String, ImageSet> images = new HashMap<>();
  private final List<PreparedTask> tasks = new ArrayList<>();

  /**
   * Opens and checks all that the plan names.
   *
   * @throws UserError one line that says what is missing or does not fit
   */
  public Evaluation(Plan plan, EvaluationModels models, EvaluationProgress progress) {
    this(plan, models, progress, System::nanoTime);
  }

  Evaluation(
      Plan plan, EvaluationModels models, EvaluationProgress progress, LongSupplier nanoTime) {
    this.plan = plan;
    this.models = models;
    this.progress = progress;
    this.nanoTime = nanoTime;
    engine = new Engine(EngineSettings.of(plan.batch()));
    try {
      plan.tasks().forEach(this::prepare);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void prepare(PlannedTask planned) {
    var task = models.task(planned.task());
    var prior = priors.computeIfAbsent(task.prior(), name -> models.openPrior(task));
    var shape = task.operator().imageShape();
    var test =
        TestSet.simulate(
            task.operator(),
            measuring(planned, task),
            imagesOf(planned, planned.images(), shape),
            planned.seeds());
    var validation =
        planned
            .calibration()
            .map(
                c ->
                    TestSet.simulate(
                        task.operator(),
                        Instrument.plain(task.operator()),
                        imagesOf(planned, c, shape),
                        planned.seeds()));
    var features =
        planned.features().map(name -> networks.computeIfAbsent(name, models::openFeatures));
    features.ifPresent(network -> checkShape(planned, network, shape));
    var bench =
        new Bench(
            task,
            prior,
            models.precision(),
            engine,
            plan.batch(),
            models.adapterNetworks(),
            name -> models.file(plan.place(name)));
    var prepared = new PreparedTask(planned, bench, test, validation, features);
    tasks.add(prepared); // first of all, so that it is closed if a method cannot be opened
    planned.methods().forEach(prepared::open);
  }

  private static Instrument measuring(PlannedTask planned, Task task) {
    try {
      return planned
          .mismatch()
          .map(m -> m.of(task.operator()))
          .orElseGet(() -> Instrument.plain(task.operator()));
    } catch (IllegalArgumentException e) {
      throw new UserError("task '" + planned.task() + "': " + e.getMessage(), e);
    }
  }

  private static void checkShape(PlannedTask planned, FeatureNetwork network, ImageShape shape) {
    if (!network.imageShape().equals(shape)) {
      throw new UserError(
          "task '"
              + planned.task()
              + "' has images of "
              + shape
              + "; the classifier '"
              + planned.features().orElseThrow()
              + "' takes "
              + network.imageShape());
    }
  }

  private ImageSet imagesOf(PlannedTask task, PlannedImages planned, ImageShape shape) {
    String place = plan.sources().get(task.source());
    boolean crop = planned.crop();
    return planned.select(
        images.computeIfAbsent(
            place + " " + shape + " " + crop,
            key -> ImageSet.read(models.file(place), shape, crop)));
  }

  /**
   * Computes what is missing in a directory.
   *
   * @param command the command that the report prints above its tables
   * @throws UserError if the directory cannot be used
   */
  public void run(Path directory, String command) {
    try (var store = ResultStore.open(directory)) {
      store.write(manifest(command));
      var runner = new MethodRunner(store, plan.batch(), nanoTime);
      int pieces = tasks.stream().mapToInt(PreparedTask::pieces).sum();
      int number = 0;
      for (var task : tasks) {
        keepTruths(store, task);
        for (var method : task.methods()) {
          runOne(runner, store, task, method, task.test(), method.key(), ++number, pieces);
          if (method.calibrationKey() != null) {
            var validation = task.validation().orElseThrow();
            runOne(
                runner, store, task, method, validation, method.calibrationKey(), ++number, pieces);
          }
          keepFeatures(store, task, method.key(), "mean");
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot keep results in " + directory + ": " + e, e);
    }
  }

  private void runOne(
      MethodRunner runner,
      ResultStore store,
      PreparedTask task,
      PreparedTask.Opened method,
      TestSet set,
      String key,
      int number,
      int pieces) {
    int total = set.items().size();
    String name = task.bench().task().name();
    progress.begin(name, method.planned().label(), number, pieces, store.scores(key).size(), total);
    try {
      runner.run(key, name, method.planned(), method.method(), set, n -> progress.done(n, total));
    } finally {
      progress.end();
    }
  }

  private void keepTruths(ResultStore store, PreparedTask task) throws IOException {
    keepTruths(store, task, task.test());
    if (task.validation().isPresent()) {
      keepTruths(store, task, task.validation().get());
    }
    keepFeatures(store, task, task.test().fingerprint(), "truth");
    for (int i = 0; i < Math.min(SHOWN, task.test().items().size()); i++) {
      var item = task.test().items().get(i);
      var m = item.measurement();
      AtomicFiles.write(
          store.picture(task.test().fingerprint(), i),
          MeasurementPicture.of(m.operator(), m.measurement(), item.auxiliary(), -1));
    }
  }

  private static void keepTruths(ResultStore store, PreparedTask task, TestSet set)
      throws IOException {
    var file = store.vectors(set.fingerprint(), "truth", task.shape().size());
    for (int i = 0; i < set.items().size(); i++) {
      file.write(i, set.items().get(i).truth());
    }
  }

  /** Features of images that are in the store, computed once. */
  private static void keepFeatures(ResultStore store, PreparedTask task, String key, String kind)
      throws IOException {
    if (task.features().isEmpty()) {
      return;
    }
    var network = task.features().get();
    var file = store.features(key, kind, network.fingerprint(), network.dimension());
    var from = store.vectors(key, kind, task.shape().size());
    if (!from.exists() || (file.exists() && file.readAll().size() == from.readAll().size())) {
      return;
    }
    var features = network.features(from.readAll());
    for (int i = 0; i < features.size(); i++) {
      file.write(i, features.get(i));
    }
  }

  private RunManifest manifest(String command) {
    String device =
        priors.values().stream().map(Prior::device).distinct().findFirst().orElse("")
            + ", "
            + (models.precision().equals(EvaluationModels.FLOAT32)
                ? ""
                : "prior in " + models.precision() + ", ")
            + models.machine();
    return new RunManifest(
        plan.name(),
        plan.title(),
        plan.about(),
        command,
        device,
        plan.batch(),
        tasks.stream().map(PreparedTask::manifest).toList());
  }

  @Override
  public void close() {
    tasks.forEach(PreparedTask::close);
    tasks.clear();
    engine.close();
    networks.values().forEach(FeatureNetwork::close);
    priors.values().forEach(Prior::close);
  }
}
