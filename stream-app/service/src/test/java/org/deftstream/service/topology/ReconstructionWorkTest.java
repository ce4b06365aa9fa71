package org.deftstream.service.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.deftstream.service.topology.Texts.bytes;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Geometry;
import org.deftstream.schemas.avro.IntensityScale;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.service.ClosedFormPrior;
import org.deftstream.service.LeaseCounter;
import org.deftstream.service.SmallRecords;
import org.deftstream.service.SmallTasks;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.PostponedException;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.SourceRecord;
import org.deftstream.service.metrics.ServiceMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconstructionWorkTest {
  private static final Topics TOPICS = Topics.defaults();
  private static final String SCOPE = "work";
  private static final OutputLimits LIMITS = new OutputLimits(1 << 20, 1 << 20);

  private final Serdes serdes = Serdes.of("mock://" + SCOPE);
  private final AtomicInteger unavailableToDecode = new AtomicInteger();
  private final AtomicInteger unavailableToEncode = new AtomicInteger();
  private final Engine engine = new Engine(EngineSettings.of(4));
  private LeaseCounter leases = new LeaseCounter(new SmallTasks(Duration.ZERO).registry());
  private final ServiceMetrics metrics = new ServiceMetrics();
  private ReconstructionWork work;
  private MemoryPermit room = MemoryPermit.UNBOUNDED;

  @BeforeEach
  void register() throws Exception {
    for (var definition : TOPICS.definitions(1)) {
      if (definition.valueSchema().isPresent()) {
        MockSchemaRegistry.getClientForScope(SCOPE)
            .register(definition.subject(), new AvroSchema(definition.valueSchema().get()));
      }
    }
  }

  @AfterEach
  void close() {
    if (work != null) {
      work.close();
    }
    metrics.close();
    engine.close(Duration.ZERO);
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void shouldReconstruct() throws Exception {
    var answer = start(LIMITS, serdes, new RecordHeaders());
    var reconstruction = decoded(answer.get(1, TimeUnit.MINUTES));
    assertThat(reconstruction.getMeasurementId()).isEqualTo("m-1");
    assertThat(reconstruction.getProvenance().getSourceOffset()).isEqualTo(17);
    assertThat(leases.open()).isZero();
  }

  @Test
  void shouldFlagAndCountAResultOutsideTheRangeOfItsAdapter() throws Exception {
    var without = decoded(start(LIMITS, serdes, new RecordHeaders()).get(1, TimeUnit.MINUTES));
    assertThat(without.getResidualOutOfRange()).as("no range is known").isNull();
    assertThat(metrics.scrape()).doesNotContain("deftstream_residual_outside_total");
    work.close();

    leases.outOfRange(true);
    var outside = decoded(start(LIMITS, serdes, new RecordHeaders()).get(1, TimeUnit.MINUTES));
    assertThat(outside.getResidualOutOfRange()).isTrue();
    work.close();

    leases.outOfRange(false);
    var inside = decoded(start(LIMITS, serdes, new RecordHeaders()).get(1, TimeUnit.MINUTES));
    assertThat(inside.getResidualOutOfRange()).isFalse();
    var counted = "_total{adapter=\"\",task=\"" + SmallTasks.TASK + "\"} ";
    assertThat(metrics.scrape().lines())
        .contains("deftstream_residual_checked" + counted + "2.0")
        .contains("deftstream_residual_outside" + counted + "1.0");
  }

  @Test
  void shouldWidenTheDeviationByTheFactorOfItsAdapterAndSaySo() throws Exception {
    var without = decoded(start(LIMITS, serdes, new RecordHeaders()).get(1, TimeUnit.MINUTES));
    assertThat(without.getDeviationFactor()).as("no factor is known").isNull();
    work.close();

    leases.deviationFactor(1.5);
    var widened = decoded(start(LIMITS, serdes, new RecordHeaders()).get(1, TimeUnit.MINUTES));

    assertThat(widened.getDeviationFactor()).isEqualTo(1.5);
    float[] drawn = Tensors.toFloats(without.getStandardDeviation());
    float[] published = Tensors.toFloats(widened.getStandardDeviation());
    for (int i = 0; i < drawn.length; i++) {
      assertThat(published[i]).isEqualTo(1.5f * drawn[i]);
    }
    assertThat(Tensors.toFloats(widened.getMean())).isEqualTo(Tensors.toFloats(without.getMean()));
  }

  @Test
  void shouldKeepAnAnswerUntilTheRegistryAnswers() throws Exception {
    unavailableToEncode.set(2);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answerAsRegistry);
    server.start();
    try {
      var remote = Serdes.of("http://127.0.0.1:" + server.getAddress().getPort());
      var answer = start(LIMITS, remote, new RecordHeaders());
      assertThat(decoded(answer.get(1, TimeUnit.MINUTES)).getMeasurementId()).isEqualTo("m-1");
      assertThat(unavailableToEncode.get()).as("it was asked again").isNegative();
      assertThat(engine.statistics().submitted()).as("and computed once").isEqualTo(1);
    } finally {
      server.stop(0);
    }
  }

  /** Its permit goes to records that do not need the registry. */
  @Test
  void shouldPutARecordOffWhenTheRegistryDoesNotAnswer() throws Exception {
    unavailableToDecode.set(1);
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answerAsRegistry);
    server.start();
    try {
      var remote = Serdes.of("http://127.0.0.1:" + server.getAddress().getPort());
      var put = start(LIMITS, remote, new RecordHeaders());
      assertThat(catchThrowable(() -> put.get(1, TimeUnit.MINUTES)))
          .hasCauseInstanceOf(PostponedException.class);
      work.close();
      var again = start(LIMITS, remote, new RecordHeaders());
      assertThat(decoded(again.get(1, TimeUnit.MINUTES)).getMeasurementId()).isEqualTo("m-1");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldPutARecordOffWhenThereIsNoRoomForItsImages() {
    var asked = new AtomicLong();
    room =
        bytes -> {
          asked.set(bytes);
          return false;
        };
    var thrown = catchThrowable(() -> start(LIMITS, serdes, new RecordHeaders()).get());
    assertThat(thrown)
        .hasCauseInstanceOf(PostponedException.class)
        .cause()
        .extracting(each -> ((PostponedException) each).bytes())
        .isEqualTo(asked.get());
    assertThat(asked.get()).isGreaterThan(2L * 12 * 64);
    assertThat(leases.open()).isZero();
    assertThat(engine.statistics().submitted()).isZero();
  }

  @Test
  void shouldRejectAnAdapterThatIsNotLoaded() {
    var thrown = failure(LIMITS, "deft.adapter", "a-9");
    assertThat(thrown.errorClass()).isEqualTo("UnknownAdapter");
    assertThat(thrown).hasMessageContaining("a-9");
  }

  @Test
  void shouldRejectARecordWhoseDeadlineIsOver() {
    var thrown = failure(LIMITS, "deft.deadline", "2020-01-01T00:00:00Z");
    assertThat(thrown.errorClass()).isEqualTo("DeadlineExceeded");
    assertThat(engine.statistics().evaluations()).isZero();
    assertThat(leases.open()).isZero();
  }

  @Test
  void shouldComputeNothingThatCannotBePublished() {
    var tight = new OutputLimits(8 * 1024, 1 << 20);
    var thrown = failure(tight, "huge", "x".repeat(8 * 1024));
    assertThat(thrown.errorClass()).isEqualTo("ResultTooLarge");
    assertThat(engine.statistics().submitted()).isZero();
    assertThat(leases.open()).isZero();
  }

  @Test
  void shouldGiveTheLeaseBackWhenCancelled() throws Exception {
    leases = new LeaseCounter(new SmallTasks(Duration.ofMillis(100)).registry());
    var answer = start(LIMITS, serdes, new RecordHeaders());
    while (engine.statistics().submitted() == 0) {
      Thread.onSpinWait();
    }
    answer.cancel(true);
    while (leases.open() > 0 || engine.statistics().requestsHeld() > 0) {
      Thread.onSpinWait();
    }
    assertThat(engine.statistics().cancelled()).isEqualTo(1);
  }

  @Test
  void shouldBlameTheServiceWhenTheEngineIsClosed() {
    engine.close();
    var thrown = catchThrowable(() -> start(LIMITS, serdes, new RecordHeaders()).get());
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    assertThat(thrown).hasCauseInstanceOf(BrokenServiceException.class);
  }

  /** Records of one task that differ in size; each as it is alone, to the bit. */
  @Test
  void shouldAnswerEachRecordAtItsOwnSize() throws Exception {
    var prior = new ClosedFormPrior(SmallTasks.SHAPE, new Tiling.Patches(2), Duration.ZERO);
    leases = new LeaseCounter(new SmallTasks(prior).registry());
    var shapes = List.of(SmallTasks.SHAPE, new ImageShape(20, 12, 1), new ImageShape(5, 9, 1));
    open(LIMITS, serdes);
    var together = new ArrayList<CompletableFuture<byte[]>>();
    for (var shape : shapes) {
      together.add(begin(SmallRecords.good("of " + shape, shape), new RecordHeaders()));
    }
    for (int i = 0; i < shapes.size(); i++) {
      var shape = shapes.get(i);
      var among = decoded(together.get(i).get(1, TimeUnit.MINUTES));
      assertThat(among.getMean().getShape())
          .containsExactly(shape.height(), shape.width(), shape.channels());
      var alone =
          decoded(
              begin(SmallRecords.good("of " + shape, shape), new RecordHeaders())
                  .get(1, TimeUnit.MINUTES));
      assertThat(Tensors.toFloats(among.getMean())).isEqualTo(Tensors.toFloats(alone.getMean()));
      assertThat(among.getProvenance().getOperatorFingerprint())
          .isEqualTo(Operators.fingerprint(SmallTasks.task().operator()));
    }
    assertThat(leases.open()).isZero();
  }

  /** The same record in Hounsfield units: the same image, in Hounsfield units, where it was. */
  @Test
  void shouldAnswerInTheUnitsThatCameIn() throws Exception {
    open(LIMITS, serdes);
    var plain = SmallRecords.good("m-1");
    float[] values = Tensors.toFloats(plain.getValues());
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] * 2048 + 1024;
    }
    var geometry =
        new Geometry(List.of(0.5, 0.5), List.of(), List.of(), Map.of("StudyInstanceUID", "1.2"));
    var scaled =
        Measurement.newBuilder(plain)
            .setValues(Tensors.of(values, 8, 8, 1))
            .setScale(new IntensityScale(2048.0, 1024.0, "HU"))
            .setGeometry(geometry)
            .build();

    var expected = decoded(begin(plain, new RecordHeaders()).get(1, TimeUnit.MINUTES));
    var found = decoded(begin(scaled, new RecordHeaders()).get(1, TimeUnit.MINUTES));

    float[] mean = Tensors.toFloats(expected.getMean());
    float[] physical = Tensors.toFloats(found.getMean());
    for (int i = 0; i < mean.length; i++) {
      assertThat(physical[i]).isCloseTo(mean[i] * 2048 + 1024, within(0.05f));
    }
    assertThat(found.getScale()).isEqualTo(scaled.getScale());
    assertThat(found.getGeometry()).isEqualTo(geometry);
    assertThat(expected.getScale()).isNull();
    assertThat(found.getProvenance().getResidual())
        .isCloseTo(expected.getProvenance().getResidual(), within(1e-3));
  }

  @Test
  void shouldRejectAScaleThatIsNone() {
    open(LIMITS, serdes);
    for (double slope : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY, 1e300, 1e-300}) {
      var record =
          Measurement.newBuilder(SmallRecords.good("m-1"))
              .setScale(new IntensityScale(slope, 0.0, "HU"))
              .build();
      var thrown =
          catchThrowable(() -> begin(record, new RecordHeaders()).get(1, TimeUnit.MINUTES));
      assertThat(thrown)
          .hasCauseInstanceOf(RejectedRecordException.class)
          .hasMessageContaining("finite slope that is not 0");
    }
  }

  private RejectedRecordException failure(OutputLimits limits, String header, String value) {
    var headers = new RecordHeaders().add(header, bytes(value));
    var thrown = catchThrowable(() -> start(limits, serdes, headers).get(1, TimeUnit.MINUTES));
    assertThat(thrown).hasCauseInstanceOf(RejectedRecordException.class);
    return (RejectedRecordException) thrown.getCause();
  }

  private CompletableFuture<byte[]> start(OutputLimits limits, Serdes used, Headers headers) {
    open(limits, used);
    return begin(SmallRecords.good("m-1"), headers);
  }

  private void open(OutputLimits limits, Serdes used) {
    TaskRegistry registry = leases;
    work =
        new ReconstructionWork(
            new MeasurementDecoder(() -> used.deserializer(Measurement.class), () -> false),
            new ReconstructionEncoder(
                () -> used.serializer(Reconstruction.class), TOPICS.reconstructions(), "one"),
            registry,
            new OperatorCache(1 << 22, 1 << 20),
            engine,
            metrics.listener(),
            () -> limits,
            1);
  }

  private CompletableFuture<byte[]> begin(Measurement measurement, Headers headers) {
    byte[] value =
        serdes.serializer(Measurement.class).serialize(TOPICS.measurements(), measurement);
    return work.start(
        new SourceRecord(TOPICS.measurements(), 0, 17, 0, null, value, headers), room);
  }

  private Reconstruction decoded(byte[] value) {
    return serdes.deserializer(Reconstruction.class).deserialize(TOPICS.reconstructions(), value);
  }

  /** A registry that is unavailable at first. */
  private void answerAsRegistry(HttpExchange exchange) throws IOException {
    var mock = MockSchemaRegistry.getClientForScope(SCOPE);
    exchange.getRequestBody().readAllBytes();
    String body;
    int status = 200;
    try {
      boolean decodes = exchange.getRequestMethod().equals("GET");
      if ((decodes ? unavailableToDecode : unavailableToEncode).getAndDecrement() > 0) {
        status = 503;
        body = "{\"error_code\":50301,\"message\":\"starting\"}";
      } else if (decodes) {
        String path = exchange.getRequestURI().getPath();
        int id = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        body = json(Map.of("schema", mock.getSchemaById(id).canonicalString()));
      } else {
        String subject = TOPICS.reconstructions() + "-value";
        var latest = mock.getLatestSchemaMetadata(subject);
        body =
            json(
                Map.of(
                    "subject", subject,
                    "id", latest.getId(),
                    "version", latest.getVersion(),
                    "schema", latest.getSchema()));
      }
    } catch (Exception e) {
      status = 500;
      body = "{\"error_code\":500,\"message\":\"no\"}";
    }
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes(body).length);
    exchange.getResponseBody().write(bytes(body));
    exchange.close();
  }

  private static String json(Map<String, Object> value) throws IOException {
    return new JsonMapper().writeValueAsString(value);
  }
}
