package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;

class WarmStartTest {
  private static final int PIXELS = Example.SHAPE.size();

  private final AdapterNetworks networks =
      TensorFlowBackend.start(new SessionOptions(1, false)).adapterNetworks();

  private static NetworkConfig network(AdapterForm form) {
    int channels = AdapterFeatures.channels(form, Example.OPERATOR);
    return UNetConfig.parse(Example.network().put("in_channels", channels));
  }

  /** Its pixels are folded into channels. */
  private static NetworkConfig anySize(AdapterForm form) {
    int channels = AdapterFeatures.channels(form, Example.OPERATOR);
    return new ResidualUNetConfig(4, channels, 1, 2, List.of(8), 1);
  }

  private Map<String, FloatTensor> weights(NetworkConfig config) {
    var random = new SplittableRandom(1);
    var weights = new LinkedHashMap<String, FloatTensor>();
    networks
        .weightShapes(config)
        .forEach(
            (name, shape) -> {
              int size = (int) FloatTensor.sizeOf(shape);
              var data = floats(size, i -> 0.3 * random.nextGaussian());
              weights.put(name, new FloatTensor(shape, data));
            });
    return weights;
  }

  private static float[] floats(int size, IntToDoubleFunction value) {
    var floats = new float[size];
    for (int i = 0; i < size; i++) {
      floats[i] = (float) value.applyAsDouble(i);
    }
    return floats;
  }

  private AdapterDirectory.Content adapter(AdapterForm form) {
    return adapter(form, network(form));
  }

  private AdapterDirectory.Content adapter(AdapterForm form, NetworkConfig network) {
    byte[] file = Example.file(weights(network));
    var base = Example.manifest(file);
    var manifest =
        new AdapterManifest(
            base.adapterId(),
            base.task(),
            base.imageShape(),
            base.operator(),
            Operators.fingerprint(Example.OPERATOR),
            network,
            base.priorName(),
            base.priorFingerprint(),
            base.weightsSha256(),
            base.parameters(),
            base.featureClip(),
            form,
            Optional.empty(),
            base.training(),
            base.validation());
    return new AdapterDirectory.Content(manifest, file);
  }

  @Test
  void shouldTakeTheWeightsOfTheSameNetworkAndForm() {
    var from = adapter(AdapterForm.STANDARD);

    var weights =
        WarmStart.weights(from, network(AdapterForm.STANDARD), AdapterForm.STANDARD).orElseThrow();

    assertThat(weights.keySet()).isEqualTo(from.weights().tensors().keySet());
    weights.forEach(
        (name, tensor) ->
            assertThat(tensor.data()).isEqualTo(from.weights().tensors().get(name).data()));
  }

  @Test
  void shouldBeginToRememberWithTheAnswersOfTheOldNetwork() {
    assertBeginsAlike(network(AdapterForm.STANDARD), network(AdapterForm.RECURRENT));
    assertBeginsAlike(anySize(AdapterForm.STANDARD), anySize(AdapterForm.RECURRENT));
  }

  private void assertBeginsAlike(NetworkConfig old, NetworkConfig wide) {
    var from = adapter(AdapterForm.STANDARD, old);

    var weights = WarmStart.weights(from, wide, AdapterForm.RECURRENT).orElseThrow();

    int narrow = old.inChannels();
    var random = new SplittableRandom(2);
    float[] seen = floats(PIXELS * narrow, i -> random.nextGaussian());
    float[] seenAndMore =
        floats(
            PIXELS * wide.inChannels(),
            i -> {
              int channel = i % wide.inChannels();
              return channel < narrow
                  ? seen[i / wide.inChannels() * narrow + channel]
                  : random.nextGaussian();
            });
    var g = new float[PIXELS];
    int[] t = {300};
    try (var before = networks.open(old);
        var after = networks.open(wide)) {
      float[] expected = before.predict(from.weights(), seen, g, t);
      float[] found = after.predict(new AdapterWeights(weights), seenAndMore, g, t);
      assertThat(found).containsExactly(expected, within(1e-5f));
      assertThat(expected[0]).isNotZero();
    }
  }

  @Test
  void shouldRefuseWhatHasNothingToDoWithTheNewNetwork() {
    var paper = adapter(AdapterForm.PAPER);
    var remembering = adapter(AdapterForm.RECURRENT);

    assertThat(WarmStart.weights(paper, network(AdapterForm.RECURRENT), AdapterForm.RECURRENT))
        .isEmpty();
    assertThat(WarmStart.weights(remembering, network(AdapterForm.STANDARD), AdapterForm.STANDARD))
        .isEmpty();
    var other = UNetConfig.parse(network(AdapterForm.RECURRENT).toJson().put("norm_num_groups", 2));
    assertThat(WarmStart.weights(adapter(AdapterForm.STANDARD), other, AdapterForm.RECURRENT))
        .isEmpty();
  }
}
