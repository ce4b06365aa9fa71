package org.deftstream.service.control;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.messaging.control.GuardSettings;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.messaging.control.WeightSource;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.BeforeEach;

/**
 * A reconciler over a store of weights in memory, one shipped task, and networks with closed forms.
 */
abstract class ReconcilerFixture {
  static final AdapterDirectory.Content A1 = Fixture.adapter("a-1", 1);

  static final AdapterDirectory.Content A2 = Fixture.adapter("a-2", 2);

  static final AdapterDirectory.Content A3 = Fixture.adapter("a-3", 3);

  final Map<String, byte[]> store = new HashMap<>();

  final List<StatusEvent> reports = new ArrayList<>();

  final Queue<Runnable> events = new ArrayDeque<>();

  final ClosedFormNetworks networks = new ClosedFormNetworks();

  final TaskTable table = new TaskTable();

  final RoutingUpdater updater = new RoutingUpdater(table, reports::add, events::add);

  final List<String> ended = new ArrayList<>();

  TrustedKeys keys = TrustedKeys.NONE;

  Reconciler reconciler;

  long offset;

  RuntimeException away;

  final WeightSource weights =
      new WeightSource() {
        @Override
        public Optional<byte[]> load(AdapterRef ref) {
          if (away != null) {
            throw away;
          }
          return Optional.ofNullable(store.get(ref.getWeightsSha256()));
        }

        @Override
        public List<Integer> missing(AdapterRef ref) {
          return List.of(0);
        }
      };

  @BeforeEach
  void shipTheTask() {
    reconciler = reconciler(Duration.ofMinutes(1));
    request(Fixture.control(Serve.TRAINING_FREE).build());
    List.of(A1, A2, A3).forEach(this::store);
    reports.clear();
  }

  Reconciler reconciler(Duration loadTimeout) {
    var verifier = new AdapterVerifier(networks, 10_000);
    return new Reconciler(
        table,
        new TaskResolver(List.of(Fixture.task()), Fixture.PRIORS),
        new AdapterBuilder(networks, verifier, BatchSizes.upTo(4), keys),
        weights,
        updater,
        new CanaryResults(
            new GuardSettings(4, 2, 10),
            table,
            updater,
            events::add,
            (task, adapterId, reason) -> ended.add(task + " " + adapterId)),
        loadTimeout);
  }

  void store(AdapterDirectory.Content adapter) {
    store.put(adapter.manifest().weightsSha256(), adapter.weightsFile());
  }

  void request(AdapterControl state) {
    reconciler.request(
        new ControlRequest(state.getTask(), offset++, Optional.of(state), Optional.empty()));
    settle();
  }

  void settle() {
    reconciler.advance();
    while (!events.isEmpty()) {
      events.remove().run();
    }
  }

  static AdapterControl serving(AdapterDirectory.Content adapter) {
    return Fixture.control(Serve.ADAPTER).setStable(Fixture.ref(adapter)).build();
  }

  Optional<String> served() {
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      return lease.adapterId();
    }
  }

  String lastReason() {
    return reports.get(reports.size() - 1).reason().orElseThrow();
  }
}
