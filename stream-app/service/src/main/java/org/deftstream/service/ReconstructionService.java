package org.deftstream.service;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.AdmissionBudget;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineStatistics;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.ledger.AdmissionController;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.ConsumerSourceReader;
import org.deftstream.service.ledger.LedgerResources;
import org.deftstream.service.ledger.LedgerStatistics;
import org.deftstream.service.ledger.SkippedOffsets;
import org.deftstream.service.ledger.SourceReader;
import org.deftstream.service.topology.LedgerProcessorSettings;
import org.deftstream.service.topology.MeasurementDecoder;
import org.deftstream.service.topology.OutputLimits;
import org.deftstream.service.topology.ReconstructionEncoder;
import org.deftstream.service.topology.ReconstructionTopology;
import org.deftstream.service.topology.ReconstructionWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the service: consumes measurements and publishes reconstructions and dead
 * letters, exactly one for each. Thread-safe; whoever started it closes it.
 *
 * <p>An exception of a stream thread replaces the thread, which begins again from what was
 * committed. A broken engine, or an {@link Error} of a stream thread, stops the instance: {@link
 * #stopped()} completes, and what is unanswered goes to the other instances.
 */
public final class ReconstructionService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReconstructionService.class);
  private static final Duration DEFAULT_CLOSE = Duration.ofSeconds(30);

  /** Operators of other shapes than their tasks' that are kept. */
  private static final long OPERATOR_BYTES = 32L << 20;

  /** How long the instances' reports may take to be read, for the live page. */
  private static final Duration REPORTS = Duration.ofSeconds(5);

  private static final Duration POLL = Duration.ofMillis(50);

  private final ServiceOptions options;
  private final Closer open = new Closer();
  private Monitoring observation;
  private Engine engine;
  private ServedTasks tasks;
  private AdmissionController admission;
  private LedgerStatistics statistics;
  private StreamRuns runs;

  /** Both together name who wrote a ledger: what a thread that failed left counts as taken over. */
  private final long process = new SecureRandom().nextLong();

  private final AtomicLong failedThreads = new AtomicLong();

  private volatile OutputLimits limits;

  private ReconstructionService(ServiceOptions options) {
    this.options = options;
  }

  /**
   * Starts an instance: checks the topics, opens engine and tasks, waits until the tasks are
   * loaded, and begins to consume. Leaves nothing open if it fails.
   *
   * @param options everything that it needs to know
   * @param factory opens what decides how measurements are served
   * @param deadline how long the tasks may take to load
   * @return the running instance; {@link #awaitReady} says when it has its partitions
   * @throws UserError in one line, if topics are missing or wrong, Kafka cannot be reached, the
   *     state directory cannot be used, or the tasks are not loaded in time
   */
  public static ReconstructionService start(
      ServiceOptions options, ServedTasks.Factory factory, Duration deadline) {
    var service = new ReconstructionService(options);
    try {
      service.open(factory, deadline);
      return service;
    } catch (Throwable e) {
      service.open.close();
      throw e;
    }
  }

  private void open(ServedTasks.Factory factory, Duration deadline) {
    observation = open.add(new Monitoring(options), Monitoring::close);
    var clients = new ClientSettings(options);
    StateDirectory.prepare(options.stateDirectory());
    var look = open.add(new TopicInspector(options, clients), TopicInspector::close);
    TopicState facts = look.facts();
    look.warnOfSettings();
    limits = facts.limits();
    // A step under way is waited for; what it computes is computed again by the next owner.
    engine = open.add(new Engine(options.engine()), each -> each.close(Duration.ZERO));
    observation.watch(engine);
    tasks = open.add(factory.open(engine), ServedTasks::close);
    observation.watch(tasks);
    // Once more, so that it closes before the networks that it runs.
    open.add(engine, each -> each.close(Duration.ZERO));
    if (!tasks.awaitReady(deadline)) {
      throw new UserError("the tasks were not loaded within " + deadline.toSeconds() + " s");
    }
    var work = open.add(work(clients), ReconstructionWork::close);
    admission = admission();
    var history = new RunHistory(options.topics().measurements());
    var resources =
        LedgerResources.of(
            new ConfirmedWork(work, () -> runs.confirmed(), history), admission, options.ledger());
    statistics = resources.statistics();
    observation.watch(statistics, admission);
    var probes =
        open.add(
            new FencingProbeProducer(options.topics().probes(), clients.probes()),
            FencingProbeProducer::close);
    var skipped = new SkippedOffsets();
    var logStart =
        open.add(
            new AdminLogStart(
                options.topics().measurements(), options.applicationId(), clients.admin(), skipped),
            AdminLogStart::close);
    var sources =
        new SourceConsumers(options, clients, logStart, skipped, history, observation.pulse());
    runs =
        open.add(
            new StreamRuns(
                look,
                options.topics().measurements(),
                (with, closing) -> {
                  history.begin(with.id(options.topics().measurements()));
                  limits = with.limits();
                  var topology =
                      ReconstructionTopology.build(
                          new LedgerProcessorSettings(
                              options.topics(),
                              with.id(options.topics().measurements()),
                              () -> process + failedThreads.get(),
                              probes,
                              readers(clients),
                              logStart,
                              skipped,
                              history,
                              resources,
                              () -> limits,
                              observation.listener()));
                  return streams(
                      topology,
                      clients,
                      new RetryingClientSupplier(sources, observation.pulse(), closing));
                },
                leaving(clients.staticMember())),
            StreamRuns::close);
    watchKafka(clients);
    runs.start(facts);
  }

  private KafkaStreams streams(
      Topology topology, ClientSettings clients, RetryingClientSupplier patient) {
    try {
      var made = new KafkaStreams(topology, clients.streams(), patient, new SteadyTime());
      made.setUncaughtExceptionHandler(this::respond);
      return made;
    } catch (StreamsException e) {
      throw StateDirectory.taken(options.stateDirectory(), e);
    }
  }

  private void watchKafka(ClientSettings clients) {
    var view = runs.view();
    String measurements = options.topics().measurements();
    var lag =
        open.add(
            new AdminLag(
                measurements,
                options.applicationId(),
                () -> view.partitions(measurements),
                clients.admin()),
            AdminLag::close);
    var brokers = open.add(new BrokerWatch(lag, System::nanoTime), BrokerWatch::close);
    observation.watch(view, brokers, measurements);
    var reports =
        new PublisherSettings(
            clients.admin(),
            Serdes.of(options.connection().registryUrl(), clients.registry()),
            options.topics(),
            REPORTS,
            options.instance());
    observation.watch(() -> ControlTopic.statuses(reports).values());
    brokers.start();
  }

  private AdmissionController admission() {
    var bounds = HeapBounds.of(options);
    bounds.line().ifPresent(log::warn);
    return new AdmissionController(
        new AdmissionBudget(bounds.admission().bytes()),
        bounds.admission().keptBytes(),
        bounds.admission().records());
  }

  private ReconstructionWork work(ClientSettings clients) {
    var serdes = Serdes.of(options.connection().registryUrl(), clients.registry());
    return new ReconstructionWork(
        new MeasurementDecoder(
            () -> serdes.deserializer(Measurement.class),
            () -> serdes.registryAnswers(options.topics().measurements())),
        new ReconstructionEncoder(
            () -> serdes.serializer(Reconstruction.class),
            options.topics().reconstructions(),
            options.instance()),
        tasks.registry(),
        new OperatorCache(options.admission().imagePixels(), OPERATOR_BYTES),
        engine,
        observation.listener(),
        () -> limits,
        options.codecThreads());
  }

  private SourceReader.Factory readers(ClientSettings clients) {
    return partition ->
        new ConsumerSourceReader(
            records -> new KafkaConsumer<byte[], byte[]>(clients.reader(records)),
            new TopicPartition(options.topics().measurements(), partition),
            admission);
  }

  /** Called by the thread that ends, before another takes its place. */
  private StreamThreadExceptionResponse respond(Throwable thrown) {
    observation.pulse().failed(thrown);
    failedThreads.incrementAndGet();
    Error error = null;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof BrokenServiceException) {
        log.error("the instance stops: {}", cause.getMessage(), thrown);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      }
      error = cause instanceof Error found ? found : error;
    }
    if (error != null) {
      // Nothing that another thread would do better: it would be replaced for ever.
      log.error("the instance stops: a stream thread ended with {}", error.toString(), thrown);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    runs.lookSoon();
    if (TopicTrouble.behind(thrown)) {
      log.warn("a stream thread ended because its topics changed; they are looked at");
    } else {
      log.warn(
          "a stream thread failed and is replaced; it goes on from what was committed", thrown);
    }
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /**
   * Waits until the instance has joined its group and has its partitions.
   *
   * @param wait how long to wait
   * @return whether it has
   */
  public boolean awaitReady(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (!runs.running().isDone() && !runs.stopped().isDone() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(POLL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return ready();
  }

  /** Whether it consumes now; false also while partitions move. */
  public boolean ready() {
    return runs.state() == KafkaStreams.State.RUNNING;
  }

  /** Completes when the instance has stopped, by {@link #close} or by itself. */
  public CompletableFuture<KafkaStreams.State> stopped() {
    return runs.stopped().copy();
  }

  /** What the instance waits for before it consumes, where that is known. */
  public Optional<String> awaited() {
    return runs.awaited();
  }

  /** What was counted since the start. */
  public LedgerStatistics statistics() {
    return statistics;
  }

  /** What the engine has done since the start. */
  public EngineStatistics engineStatistics() {
    return engine.statistics();
  }

  /** Number of records that are being worked on or wait for their turn to be published. */
  public int inFlight() {
    return admission.open();
  }

  /** Port on which metrics, health and adapters are served, if they are. */
  public OptionalInt httpPort() {
    return observation.port();
  }

  /** Address of the pages, if they are served: {@code http://host:port}. */
  public Optional<String> httpUrl() {
    return observation.url();
  }

  /** All metrics in Prometheus' text format. */
  public String metrics() {
    return observation.scrape();
  }

  /** Closes with half a minute for what is in flight. */
  @Override
  public void close() {
    close(DEFAULT_CLOSE);
  }

  /**
   * Closes: begins nothing new, lets what is in flight be published, then leaves the group. What is
   * not done in time loses nothing; the next owner does it again.
   *
   * @param drain how long to wait for what is in flight
   */
  public void close(Duration drain) {
    observation.closing();
    admission.stop();
    if (ready() && !admission.awaitEmpty(drain)) {
      log.info("{} records are left to the next owner of their partitions", admission.open());
    }
    open.close();
  }

  /** With a name of its own an instance comes back; without, others take over at once. */
  private static GroupMembershipOperation leaving(boolean comesBack) {
    return comesBack
        ? GroupMembershipOperation.REMAIN_IN_GROUP
        : GroupMembershipOperation.LEAVE_GROUP;
  }
}
