package org.deftstream.deft.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.deftstream.deft.prior.ComposedSteps;

/**
 * The trajectories of an engine whose x_t a device has. A trajectory is moved and let go by one
 * thread at a time; different ones by any. Closed by the engine's thread when no batch is under
 * way.
 */
final class DeviceStates implements AutoCloseable {
  private final Set<Trajectory> held = ConcurrentHashMap.newKeySet();

  /**
   * Moves x_t to the device, if it is not there.
   *
   * @return whether it is there now; false if there is no room
   */
  boolean put(Trajectory trajectory, ComposedSteps steps, ComposedSteps.Group group) {
    if (trajectory.deviceState() == null) {
      var measurement = trajectory.job().request().measurement();
      steps
          .open(group, measurement, trajectory.noise(), trajectory.x())
          .ifPresent(
              state -> {
                trajectory.movedTo(state);
                held.add(trajectory);
              });
    }
    return trajectory.deviceState() != null;
  }

  /** Moves x_t back to the host, if it is not there. Throws whatever the device does. */
  void takeBack(Trajectory trajectory) {
    var state = trajectory.deviceState();
    if (state != null) {
      trajectory.movedBack(state.image());
      held.remove(trajectory);
      state.close();
    }
  }

  /** Lets the device forget a trajectory that has ended; nothing happens if it has not any. */
  void release(Trajectory trajectory) {
    if (held.remove(trajectory)) {
      trajectory.deviceState().close();
      trajectory.movedTo(null);
    }
  }

  @Override
  public void close() {
    held.forEach(this::release);
  }
}
