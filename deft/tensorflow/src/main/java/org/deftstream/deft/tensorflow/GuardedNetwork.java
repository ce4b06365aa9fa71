package org.deftstream.deft.tensorflow;

import java.util.Map;
import java.util.function.Supplier;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.TrainableNetwork;

/** A network under training whose calls are {@link NativeCalls}. */
final class GuardedNetwork implements TrainableNetwork {
  private final TrainableNetwork network;

  private GuardedNetwork(TrainableNetwork network) {
    this.network = network;
  }

  static TrainableNetwork of(Supplier<TrainableNetwork> maker) {
    return new GuardedNetwork(NativeCalls.call(maker));
  }

  @Override
  public float[] step(
      float[] input,
      float[] gradient,
      int[] timesteps,
      float[] target,
      double learningRate,
      double emaDecay) {
    return NativeCalls.call(
        () -> network.step(input, gradient, timesteps, target, learningRate, emaDecay));
  }

  @Override
  public float[] predict(float[] input, float[] gradient, int[] timesteps) {
    return NativeCalls.call(() -> network.predict(input, gradient, timesteps));
  }

  @Override
  public float[] predict(float[] input, float[] gradient, int[] timesteps, int height, int width) {
    return NativeCalls.call(() -> network.predict(input, gradient, timesteps, height, width));
  }

  @Override
  public float[] vectorJacobian(
      float[] input, float[] gradient, int[] timesteps, float[] cotangent) {
    return NativeCalls.call(() -> network.vectorJacobian(input, gradient, timesteps, cotangent));
  }

  @Override
  public Map<String, FloatTensor> averagedWeights() {
    return NativeCalls.call(network::averagedWeights);
  }

  @Override
  public Map<String, FloatTensor> state() {
    return NativeCalls.call(network::state);
  }

  @Override
  public void restore(Map<String, FloatTensor> state) {
    NativeCalls.run(() -> network.restore(state));
  }

  @Override
  public void warmStart(Map<String, FloatTensor> weights) {
    NativeCalls.run(() -> network.warmStart(weights));
  }

  @Override
  public long parameters() {
    return network.parameters();
  }

  @Override
  public void close() {
    NativeCalls.run(network::close);
  }
}
