package org.deftstream.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.schemas.Topics;
import org.deftstream.service.ledger.LedgerSettings;

/**
 * Everything that a {@link ReconstructionService} needs to know. Immutable.
 *
 * @param connection where Kafka and the registry are
 * @param applicationId Kafka Streams' application id: instances with the same one share the work
 * @param instance name of this instance, for provenance and status
 * @param stateDirectory where the ledger is kept between restarts; of this instance alone. On a
 *     persistent disk a restarted instance takes over its own transactions at once
 * @param topics topic names
 * @param streamThreads threads that consume and publish, at least 1
 * @param codecThreads threads that decode and encode, at least 1
 * @param engine how the engine works
 * @param admission how much may be on the heap
 * @param ledger how the ledger behaves
 * @param membership how Kafka notices that this instance is gone
 * @param maxRecordBytes the largest record that is read or written; raises every limit of Kafka's
 *     clients that belongs to it
 * @param http where metrics, health and adapters are served, if anywhere
 */
public record ServiceOptions(
    Connection connection,
    String applicationId,
    String instance,
    Path stateDirectory,
    Topics topics,
    int streamThreads,
    int codecThreads,
    EngineSettings engine,
    AdmissionOptions admission,
    LedgerSettings ledger,
    Membership membership,
    int maxRecordBytes,
    Optional<HttpAddress> http) {

  /** A record in work takes twice its size of the budget. */
  private static final int COPIES = 2;

  /** Checks the ranges. */
  public ServiceOptions {
    if (streamThreads < 1 || codecThreads < 1) {
      throw new IllegalArgumentException(
          "streamThreads and codecThreads must be at least 1, got "
              + streamThreads
              + " and "
              + codecThreads);
    }
    if (maxRecordBytes < 64 * 1024) {
      throw new IllegalArgumentException(
          "maxRecordBytes must be at least 65536, got " + maxRecordBytes);
    }
  }

  /**
   * Usual options.
   *
   * @param connection where Kafka and the registry are
   * @param instance name of this instance
   * @param stateDirectory of this instance alone
   * @param maxBatch trajectories in one evaluation of the prior
   */
  public static ServiceOptions of(
      Connection connection, String instance, Path stateDirectory, int maxBatch) {
    return new ServiceOptions(
        connection,
        "deftstream",
        instance,
        stateDirectory,
        Topics.defaults(),
        1,
        2,
        EngineSettings.of(maxBatch),
        AdmissionOptions.of(maxBatch),
        LedgerSettings.defaults(),
        Membership.dynamic(),
        Topics.MAX_MESSAGE_BYTES,
        Optional.empty());
  }

  /**
   * The options that the settings ask for.
   *
   * @param settings checked settings
   * @throws UserError if two of them contradict each other
   */
  public static ServiceOptions of(ServiceSettings settings) {
    if (settings.get(EngineKeys.ADMISSION_BYTES)
        < (long) COPIES * settings.get(ServiceKeys.RECORDS_MAX_BYTES)) {
      throw new UserError(
          "engine.admission.bytes=%d is too little for records of records.max.bytes=%d: it must be at least %d times that"
              .formatted(
                  settings.get(EngineKeys.ADMISSION_BYTES),
                  settings.get(ServiceKeys.RECORDS_MAX_BYTES),
                  COPIES));
    }
    var usual =
        of(
            new Connection(
                settings.bootstrapServers(),
                settings.registryUrl(),
                settings.kafkaConfig(),
                settings.streamsConfig(),
                settings.consumerConfig(),
                settings.producerConfig(),
                settings.registryConfig()),
            settings.instanceId(),
            settings.get(ServiceKeys.STATE_DIR),
            settings.get(EngineKeys.MAX_BATCH));
    return new ServiceOptions(
        usual.connection,
        settings.get(ServiceKeys.APPLICATION_ID),
        usual.instance,
        usual.stateDirectory,
        settings.topics(),
        settings.get(ServiceKeys.STREAM_THREADS),
        usual.codecThreads,
        usual
            .engine
            .withStateBytes(settings.get(EngineKeys.STATE_BYTES))
            .withCloseTimeout(settings.get(EngineKeys.CLOSE_TIMEOUT)),
        new AdmissionOptions(
            settings.get(EngineKeys.ADMISSION_BYTES),
            settings.get(EngineKeys.ADMISSION_BYTES),
            usual.admission.records(),
            settings.get(EngineKeys.IMAGE_MAX_PIXELS)),
        usual.ledger.withParkAfter(settings.get(EngineKeys.LEDGER_PARK_AFTER)),
        usual.membership,
        settings.get(ServiceKeys.RECORDS_MAX_BYTES),
        settings.get(ServiceKeys.HTTP_PORT).isPresent()
            ? Optional.of(
                new HttpAddress(
                    settings.get(ServiceKeys.HTTP_HOST),
                    settings.get(ServiceKeys.HTTP_PORT).getAsInt(),
                    settings.get(ServiceKeys.HTTP_TOKEN)))
            : Optional.empty());
  }

  /** The same with another way of membership. */
  public ServiceOptions withMembership(Membership other) {
    return with(other, maxRecordBytes);
  }

  /** The same for records of another size. */
  public ServiceOptions withMaxRecordBytes(int bytes) {
    return with(membership, bytes);
  }

  private ServiceOptions with(Membership otherMembership, int bytes) {
    return new ServiceOptions(
        connection,
        applicationId,
        instance,
        stateDirectory,
        topics,
        streamThreads,
        codecThreads,
        engine,
        admission,
        ledger,
        otherMembership,
        bytes,
        http);
  }

  /**
   * Where Kafka and the registry are, and settings that are passed through under their own names;
   * these win over the service's own.
   *
   * @param bootstrapServers Kafka's addresses
   * @param registryUrl the schema registry's address
   * @param kafka for every client of Kafka: security, for example
   * @param streams for Kafka Streams
   * @param consumer for consumers of measurements
   * @param producer for producers
   * @param registry for the registry's client
   */
  public record Connection(
      String bootstrapServers,
      String registryUrl,
      Map<String, Object> kafka,
      Map<String, Object> streams,
      Map<String, Object> consumer,
      Map<String, Object> producer,
      Map<String, Object> registry) {

    /** Copies. */
    public Connection {
      kafka = Map.copyOf(kafka);
      streams = Map.copyOf(streams);
      consumer = Map.copyOf(consumer);
      producer = Map.copyOf(producer);
      registry = Map.copyOf(registry);
    }

    /** Nothing passed through. */
    public static Connection of(String bootstrapServers, String registryUrl) {
      return new Connection(
          bootstrapServers, registryUrl, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }
  }

  /**
   * How much may be on the heap.
   *
   * @param bytes of records that are being worked on, twice their size
   * @param keptBytes of records and answers that are not published yet
   * @param records number of records that are being worked on
   * @param imagePixels most pixels of the image of one record
   */
  public record AdmissionOptions(long bytes, long keptBytes, int records, long imagePixels) {
    /** Pixels of an image of 2048 x 2048. */
    public static final int DEFAULT_IMAGE_PIXELS = 1 << 22;

    private static final long DEFAULT_BYTES = 256L << 20;
    private static final int BATCHES = 4;

    /** 256 MiB each, and four batches of records. */
    public static AdmissionOptions of(int maxBatch) {
      return new AdmissionOptions(
          DEFAULT_BYTES, DEFAULT_BYTES, BATCHES * maxBatch, DEFAULT_IMAGE_PIXELS);
    }
  }

  /**
   * How Kafka notices that this instance is gone.
   *
   * @param id a name that stays the same over restarts (Kafka's {@code group.instance.id}, which
   *     may also be passed through): a restarted instance goes on at once with its own partitions.
   *     Empty: it leaves when it closes, and others take over
   * @param sessionTimeout time without a sign of life after which others take over
   */
  public record Membership(Optional<String> id, Duration sessionTimeout) {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** No id, 10 seconds. */
    public static Membership dynamic() {
      return new Membership(Optional.empty(), DEFAULT_TIMEOUT);
    }
  }
}
