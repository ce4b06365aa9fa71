package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.messaging.control.GuardSettings;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.messaging.control.WeightSource;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.Test;

/** Swaps adapters while several threads lease, use and give back what they got. */
class SwapStressTest {
  private static final int SWAPS = 2_000;
  private static final int THREADS = 4;
  private static final int ADAPTERS = 5;

  private final List<AdapterDirectory.Content> adapters = new ArrayList<>();
  private final ClosedFormNetworks networks = new ClosedFormNetworks();
  private final TaskTable table = new TaskTable();
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> inUse = new ConcurrentHashMap<>();
  private final Set<String> gone = ConcurrentHashMap.newKeySet();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong uses = new AtomicLong();
  private int drained;

  @Test
  void shouldNeverLeaseWhatIsClosedNorReportDrainedWhatIsLeased() throws Exception {
    for (int i = 0; i < ADAPTERS; i++) {
      adapters.add(Fixture.adapter("a-" + i, i + 1));
      inUse.put("a-" + i, new AtomicInteger());
    }
    var updater = new RoutingUpdater(table, this::check, events::add);
    var reconciler = reconciler(updater);
    serve(reconciler, 0);

    var pool = Executors.newFixedThreadPool(THREADS);
    try {
      var users = new ArrayList<Future<?>>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        users.add(pool.submit(() -> useUntilStopped(seed)));
      }
      var random = new Random(9);
      for (int swap = 0; swap < SWAPS; swap++) {
        serve(reconciler, random.nextInt(ADAPTERS));
      }
      stop.set(true);
      for (var user : users) {
        user.get(30, TimeUnit.SECONDS);
      }
    } finally {
      stop.set(true);
      pool.shutdownNow();
    }

    runEvents();
    assertThat(violations).isEmpty();
    assertThat(uses).hasPositiveValue();
    assertThat(drained).isPositive();
    assertThat(networks.open).as("what serves and what is kept").hasValue(2);
    updater.close();
    runEvents();
    assertThat(networks.open).hasValue(0);
  }

  private Reconciler reconciler(RoutingUpdater updater) {
    var weights =
        new WeightSource() {
          @Override
          public Optional<byte[]> load(AdapterRef ref) {
            return adapters.stream()
                .filter(each -> each.manifest().weightsSha256().equals(ref.getWeightsSha256()))
                .map(AdapterDirectory.Content::weightsFile)
                .findFirst();
          }

          @Override
          public List<Integer> missing(AdapterRef ref) {
            return List.of();
          }
        };
    return new Reconciler(
        table,
        new TaskResolver(List.of(Fixture.task()), Fixture.PRIORS),
        new AdapterBuilder(
            networks, new AdapterVerifier(networks, 10_000), BatchSizes.upTo(2), TrustedKeys.NONE),
        weights,
        updater,
        new CanaryResults(
            GuardSettings.defaults(), table, updater, events::add, CanaryRollback.NONE),
        Duration.ofMinutes(1));
  }

  private void serve(Reconciler reconciler, int adapter) {
    gone.remove("a-" + adapter);
    var state =
        Fixture.control(Serve.ADAPTER).setStable(Fixture.ref(adapters.get(adapter))).build();
    reconciler.request(new ControlRequest(Fixture.TASK, 0, Optional.of(state), Optional.empty()));
    reconciler.advance();
    runEvents();
  }

  private void runEvents() {
    for (var event = events.poll(); event != null; event = events.poll()) {
      event.run();
    }
  }

  private void check(StatusEvent report) {
    if (report.state() == AdapterState.DRAINED) {
      drained++;
      gone.add(report.adapterId().orElseThrow());
      int users = inUse.get(report.adapterId().orElseThrow()).get();
      if (users != 0) {
        violations.add(report + " with " + users + " users");
      }
    }
    if (report.state() == AdapterState.REFUSED) {
      violations.add(report.toString());
    }
  }

  private void countUser(String id) {
    inUse.get(id).incrementAndGet();
    if (gone.contains(id)) {
      violations.add(id + " was leased after it had drained");
    }
  }

  private Void useUntilStopped(int seed) {
    var random = new Random(seed);
    var operator = Fixture.task().operator();
    var bound = operator.bind(operator.drawAuxiliary(random));
    var image = new float[Fixture.SHAPE.size()];
    var measurement = BoundMeasurement.of(bound, bound.measure(image));
    var row = new StepRow(image, image, image, 10, 0.5, measurement);
    while (!stop.get()) {
      var held = new ArrayList<ServingMethod>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        var lease = table.acquire(Fixture.TASK, "scan-" + random.nextInt(100), Optional.empty());
        lease.adapterId().ifPresent(this::countUser);
        held.add(lease);
      }
      for (var lease : held) {
        // Throws if the network was closed while it was leased.
        lease.hTransform().correct(List.of(row));
        uses.incrementAndGet();
        lease.adapterId().ifPresent(id -> inUse.get(id).decrementAndGet());
        lease.close();
      }
    }
    return null;
  }
}
