package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Checkpoint;
import org.deftstream.deft.checkpoint.Fixtures;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.junit.jupiter.api.Test;

/**
 * Networks that lack weights, or have others or of other shapes, are understood or refused in one
 * line, whatever the family.
 */
class HostileShapesTest {
  private static final int CHANGES = 700;

  /** Claims a shape, and has no values. */
  private record Claimed(int... shape) implements TensorSource {
    @Override
    public FloatTensor read() {
      long size = FloatTensor.sizeOf(shape);
      if (size > 1 << 20) {
        throw new UserError("no file is so large");
      }
      return new FloatTensor(shape, new float[(int) size]);
    }
  }

  @Test
  void shouldUnderstandOrRefuseEveryChangedNetwork() {
    var random = new Random(22);
    var outcomes = new TreeMap<String, Integer>();
    for (String file :
        new String[] {
          "adm/model.pt",
          "adm-new-order/ema_0.9999_010000.pt",
          "ddpm/ckpt.pth",
          "edm/state.pt",
          "edm-ddpmpp/network-snapshot.pkl",
          "edm-ncsnpp/network-snapshot.pkl",
          "ncsnpp/checkpoint_9.pth",
          "ncsnpp-residual/checkpoint_9.pth",
          "ddpmpp/checkpoint_9.pth",
          "drunet/drunet_two.pth"
        }) {
      try (var checkpoint = Checkpoint.open(Fixtures.path(file), file.endsWith(".pkl"))) {
        var weights = checkpoint.weights(null);
        for (int i = 0; i < CHANGES; i++) {
          outcomes.merge(outcome(changed(weights, random), file), 1, Integer::sum);
        }
      }
    }
    assertThat(outcomes).containsOnlyKeys("refused in one line", "understood");
  }

  private static Map<String, TensorSource> changed(
      Map<String, TensorSource> weights, Random random) {
    var changed = new LinkedHashMap<>(weights);
    for (int c = 1 + random.nextInt(3); c > 0; c--) {
      var names = new ArrayList<>(changed.keySet());
      String name = names.get(random.nextInt(names.size()));
      int[] shape = changed.get(name).shape().clone();
      switch (random.nextInt(4)) {
        case 0 -> changed.remove(name);
        case 1 -> {
          if (shape.length > 0) {
            int[] sides = {0, 1, 2, 3, 5, 1 << 20, Integer.MAX_VALUE};
            shape[random.nextInt(shape.length)] = sides[random.nextInt(sides.length)];
          }
          changed.put(name, new Claimed(shape));
        }
        case 2 -> changed.put(name, new Claimed(new int[random.nextInt(6)]));
        default -> {
          String other = names.get(random.nextInt(names.size()));
          changed.put(name.replaceFirst("\\d+", "" + random.nextInt(99)), changed.get(other));
        }
      }
    }
    return changed;
  }

  private static String outcome(Map<String, TensorSource> weights, String file) {
    var tensors = new NamedTensors(weights);
    var source = new NetworkWeights(weights, "", Map.of());
    var answers = new Answers().put("--size", 8);
    try {
      switch (file.substring(0, file.indexOf('/'))) {
        case "adm", "adm-new-order" ->
            AdmConversion.convert(
                tensors,
                answers
                    .put("--head-width", 8)
                    .put("--qkv-order", "legacy")
                    .put("--schedule", "linear"));
        case "ddpm" -> DdpmConversion.convert(tensors, answers.put("--schedule", "linear"));
        case "edm" -> EdmConversion.convert(tensors, source, new Answers().put("--head-width", 8));
        case "edm-ddpmpp", "edm-ncsnpp" -> SongConversion.convert(tensors, source, new Answers());
        case "ddpmpp" -> NcsnppConversion.convert(tensors, answers.put("--sde", "vp"));
        case "drunet" -> DruNetConversion.convert(tensors, answers);
        default -> NcsnppConversion.convert(tensors, answers.put("--sigma-max", 50.0));
      }
      return "understood";
    } catch (UserError e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return "refused in one line";
    } catch (RuntimeException e) {
      throw new AssertionError(file + " is answered with " + e, e);
    }
  }
}
