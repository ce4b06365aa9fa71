package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.junit.jupiter.api.Test;

/** Networks of ADM by their shapes alone: the published ones are known, others are refused. */
class AdmRefusalTest {

  /** A tensor that is never read. */
  private record Shape(int... shape) implements TensorSource {
    @Override
    public FloatTensor read() {
      throw new AssertionError("only shapes are needed");
    }
  }

  private final Map<String, TensorSource> tensors = new LinkedHashMap<>();

  private void layer(String name, int... shape) {
    tensors.put(name + ".weight", new Shape(shape));
    tensors.put(name + ".bias", new Shape(shape[0]));
  }

  private void norm(String name, int channels) {
    layer(name, channels);
  }

  private void residual(String name, int in, int out, int time) {
    norm(name + ".in_layers.0", in);
    layer(name + ".in_layers.2", out, in, 3, 3);
    layer(name + ".emb_layers.1", 2 * out, time);
    norm(name + ".out_layers.0", out);
    layer(name + ".out_layers.3", out, out, 3, 3);
    if (in != out) {
      layer(name + ".skip_connection", out, in, 1, 1);
    }
  }

  private void attention(String name, int channels) {
    norm(name + ".norm", channels);
    layer(name + ".qkv", 3 * channels, channels, 1);
    layer(name + ".proj_out", channels, channels, 1);
  }

  private void network(int base, List<Integer> mult, int blocks, List<Integer> attention) {
    int time = 4 * base;
    layer("time_embed.0", time, base);
    layer("time_embed.2", time, time);
    layer("input_blocks.0.0", base, 3, 3, 3);
    var kept = new java.util.ArrayDeque<Integer>(List.of(base));
    int c = base;
    int at = 0;
    for (int level = 0; level < mult.size(); level++) {
      for (int i = 0; i < blocks; i++) {
        at++;
        residual("input_blocks." + at + ".0", c, mult.get(level) * base, time);
        c = mult.get(level) * base;
        if (attention.contains(level)) {
          attention("input_blocks." + at + ".1", c);
        }
        kept.push(c);
      }
      if (level < mult.size() - 1) {
        at++;
        residual("input_blocks." + at + ".0", c, c, time);
        kept.push(c);
      }
    }
    residual("middle_block.0", c, c, time);
    attention("middle_block.1", c);
    residual("middle_block.2", c, c, time);
    at = 0;
    for (int level = mult.size() - 1; level >= 0; level--) {
      for (int i = 0; i <= blocks; i++) {
        int out = mult.get(level) * base;
        residual("output_blocks." + at + ".0", c + kept.pop(), out, time);
        c = out;
        if (attention.contains(level)) {
          attention("output_blocks." + at + ".1", c);
        }
        if (level > 0 && i == blocks) {
          String part = attention.contains(level) ? ".2" : ".1";
          residual("output_blocks." + at + part, c, c, time);
        }
        at++;
      }
    }
    norm("out.0", c);
    layer("out.2", 6, c, 3, 3);
  }

  private ImportedPrior converted(Answers answers) {
    return AdmConversion.convert(new NamedTensors(tensors), answers);
  }

  @Test
  void shouldKnowTheNetworkOfImageNetAndLsunByItsStructure() {
    network(256, List.of(1, 1, 2, 2, 4, 4), 2, List.of(3, 4, 5));
    var prior = converted(new Answers());
    var unet = (UNetConfig) prior.network();

    assertThat(unet.sampleHeight()).isEqualTo(256);
    assertThat(unet.attentionHeadDim()).isEqualTo(64);
    assertThat(unet.outChannels()).isEqualTo(3);
    long parameters = prior.weights().values().stream().mapToLong(TensorSource::size).sum();
    System.out.printf("ADM 256: %,d parameters without the learned variance%n", parameters);
    assertThat(parameters).isBetween(552_000_000L, 553_000_000L);
  }

  @Test
  void shouldKnowTheNetworkOfFacesByItsStructure() {
    network(128, List.of(1, 1, 2, 2, 4, 4), 1, List.of(4));

    assertThat(converted(new Answers()).network().sampleWidth()).isEqualTo(256);
  }

  @Test
  void shouldSayWhatIsWrongWithNetworksThatAreNoPriors() {
    network(32, List.of(1, 2), 1, List.of(0, 1));
    tensors.put("label_emb.weight", new Shape(1000, 128));
    refused("label_emb", "class_cond False");
    tensors.remove("label_emb.weight");

    layer("input_blocks.0.0", 16, 3, 3, 3);
    refused("channel_mult begins with 0.5");
    layer("input_blocks.0.0", 32, 3, 3, 3);

    assertThatThrownBy(() -> converted(new Answers().put("--heads", 4)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--heads is 4 for levels of [32, 64] channels");

    tensors.put("middle_block.1.transformer_blocks.0.norm1.weight", new Shape(64));
    refused("transformer_blocks");
    tensors.remove("middle_block.1.transformer_blocks.0.norm1.weight");

    layer("input_blocks.0.0", 32, 6, 3, 3);
    refused("takes 6 channels and gives 6", "enlarges an image");
    layer("input_blocks.0.0", 32, 3, 3, 3);

    tensors.remove("output_blocks.3.0.in_layers.0.weight");
    tensors.keySet().removeIf(n -> n.startsWith("output_blocks.3."));
    refused("4 input blocks, 3 output blocks");
  }

  private void refused(String... words) {
    assertThatThrownBy(() -> converted(new Answers()))
        .isInstanceOf(UserError.class)
        .message()
        .contains(words);
  }
}
