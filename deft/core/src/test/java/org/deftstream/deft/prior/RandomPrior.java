package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;

/** Priors of random weights, for the tests of the forms in which networks come and go. */
public final class RandomPrior {
  private static final float DEVIATION = 0.2f;

  private RandomPrior() {}

  /** Standard normal numbers. */
  public static float[] gaussian(int size, long seed) {
    var random = new Random(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Writes a prior; its name is that of its directory. */
  public static PriorDirectory write(
      Path directory, AdapterNetworks networks, NetworkConfig network, SchedulerConfig scheduler) {
    var weights = new LinkedHashMap<String, FloatTensor>();
    networks
        .weightShapes(network)
        .forEach(
            (name, shape) -> {
              // The time scale is an adapter's alone.
              if (!name.startsWith("scale.")) {
                weights.put(name, new FloatTensor(shape, values(name, shape)));
              }
            });
    var about =
        JsonNodeFactory.instance.objectNode().put("name", directory.getFileName().toString());
    return PriorDirectory.write(
        directory, network, scheduler, weights, Safetensors.Storage.F32, about);
  }

  private static float[] values(String name, int[] shape) {
    float[] values = gaussian((int) FloatTensor.sizeOf(shape), name.hashCode());
    for (int i = 0; i < values.length; i++) {
      values[i] *= DEVIATION;
    }
    return values;
  }

  /** Asserts that answers differ by a share of them at most, or of 1 where they are smaller. */
  public static void assertClose(float[] actual, float[] expected, double share) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double margin = share * Math.max(1, Math.abs(expected[i]));
      assertThat(Math.abs(actual[i] - expected[i])).as("value " + i).isLessThan((float) margin);
    }
  }

  /** Asserts that methods that need a prior's gradient refuse one, and others do not. */
  public static void assertNoGradient(Prior prior) {
    assertThat(prior.hasGradient()).isFalse();
    for (String method : List.of("dps", "pigdm")) {
      assertThatThrownBy(() -> HTransforms.create(method, Map.of("zeta", 1.0), prior))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(method)
          .hasMessageContaining("gradient");
    }
    assertThat(HTransforms.create("ddnm", Map.of(), prior)).isNotNull();
  }
}
