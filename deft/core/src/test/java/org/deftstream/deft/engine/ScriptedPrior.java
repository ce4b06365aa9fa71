package org.deftstream.deft.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The Gaussian prior of {@link Requests} that notes its calls, and does what a test wants. */
final class ScriptedPrior extends StandInPrior {
  /** Called with the input; may throw, wait, or give the answer. */
  interface Script {
    float[] predict(float[] xt, int[] timesteps);
  }

  private final List<int[]> calls = new CopyOnWriteArrayList<>();
  private final Script script;

  ScriptedPrior() {
    this((xt, timesteps) -> null);
  }

  ScriptedPrior(Script before) {
    this(before, false);
  }

  private ScriptedPrior(Script before, boolean onADevice) {
    super(Requests.prior(), "scripted", onADevice);
    script =
        (xt, timesteps) -> {
          var given = before.predict(xt, timesteps);
          return given != null ? given : exact.predictNoise(xt, timesteps);
        };
  }

  /** One that leaves the processors free. */
  static ScriptedPrior onADevice(Script before) {
    return new ScriptedPrior(before, true);
  }

  /** The timesteps of every call so far, padding included. */
  List<int[]> calls() {
    return calls;
  }

  /** The number of rows of every call so far, padding included. */
  List<Integer> sizes() {
    return calls.stream().map(call -> call.length).toList();
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    calls.add(timesteps.clone());
    return script.predict(xt, timesteps);
  }
}
