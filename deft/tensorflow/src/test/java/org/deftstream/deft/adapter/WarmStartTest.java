package org.deftstream.deft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;

class WarmStartTest {
  private static final int PIXELS = Example.SHAPE.size();

  private final AdapterNetworks networks =
      TensorFlowBackend.start(new SessionOptions(1, false)).adapterNetworks();

  private static UNetConfig network(AdapterForm form) {
    int channels = AdapterFeatures.channels(form, Example.OPERATOR);
    return UNetConfig.parse(Example.network().put("in_channels", channels));
  }

  private Map<String, FloatTensor> weights(UNetConfig config) {
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
    byte[] file = Example.file(weights(network(form)));
    var base = Example.manifest(file);
    var manifest =
        new AdapterManifest(
            base.adapterId(),
            base.task(),
            base.imageShape(),
            base.operator(),
            Operators.fingerprint(Example.OPERATOR),
            network(form),
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
    var from = adapter(AdapterForm.STANDARD);
    var wide = network(AdapterForm.RECURRENT);

    var weights = WarmStart.weights(from, wide, AdapterForm.RECURRENT).orElseThrow();

    int narrow = network(AdapterForm.STANDARD).inChannels();
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
    try (var before = networks.open(network(AdapterForm.STANDARD));
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
