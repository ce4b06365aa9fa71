package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.deftstream.deft.tensorflow.UNetFixture;
import org.deftstream.deft.text.CanonicalJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UNetConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<String> fixtures() {
    return UNetFixture.names();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldWriteWhatDiffusersWrites(String name) {
    var fixture = UNetFixture.load(name);
    var expected = (ObjectNode) fixture.json();
    if (name.equals("unetres-names")) {
      // Old names are read; today's are written.
      expected.putArray("down_block_types").add("DownBlock2D").add("AttnDownBlock2D");
      expected.putArray("up_block_types").add("AttnUpBlock2D").add("UpBlock2D");
    }

    assertThat(CanonicalJson.of(fixture.config().toJson())).isEqualTo(CanonicalJson.of(expected));
  }

  @Test
  void shouldTakeThePresetsOfDiffusers() throws Exception {
    var config = parse("{'sample_size': [64, 32]}");

    assertThat(config.sampleHeight()).isEqualTo(64);
    assertThat(config.sampleWidth()).isEqualTo(32);
    assertThat(config.blockOutChannels()).containsExactly(224, 448, 672, 896);
    assertThat(config.downBlocks())
        .containsExactly(
            BlockType.PLAIN, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION);
    assertThat(config.upBlocks())
        .containsExactly(
            BlockType.ATTENTION, BlockType.ATTENTION, BlockType.ATTENTION, BlockType.PLAIN);
    assertThat(config.time().width()).isEqualTo(896);
    assertThat(config.attentionHeadDim()).isEqualTo(8);
    assertThat(config.normNumGroups()).isEqualTo(32);
    assertThat(config.midBlock()).isTrue();
  }

  /** A small sound network in which one field is replaced. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "attention_legacy_order | true",
        "_class_name | 'UNet2DConditionModel'",
        "act_fn | 'tanh'",
        "act_fn | 1",
        "add_attention | 'yes'",
        "add_attention | null",
        "attention_head_dim | 16",
        "attention_head_dim | 0",
        "block_out_channels | [4]",
        "block_out_channels | [4, 8.5]",
        "block_out_channels | 8",
        "class_embed_type | 'projection'",
        "down_block_types | ['KDownBlock2D', 'DownBlock2D']",
        "down_block_types | ['DownBlock2D', 'CrossAttnDownBlock2D']",
        "down_block_types | ['DownBlock2D', 'AttnUpBlock2D']",
        "down_block_types | ['DownBlock2D']",
        "down_block_types | 'DownBlock2D'",
        "down_block_types | ['SkipDownBlock2D', 'SkipDownBlock2D']",
        "downsample_padding | 2",
        "downsample_type | 'average'",
        "dropout | 1.5",
        "freq_shift | 2",
        "in_channels | 0",
        "layers_per_block | [1, 2]",
        "layers_per_block | 1.5",
        "mid_block_scale_factor | 0",
        "mid_block_type | 'UNetMidBlock2DCrossAttn'",
        "norm_eps | '1e-5'",
        "norm_num_groups | 3",
        "norm_num_groups | 0",
        "num_class_embeds | 'many'",
        "out_channels | null",
        "resnet_time_scale_shift | 'ada_group'",
        "sample_size | 7",
        "sample_size | null",
        "sample_size | [8]",
        "time_embedding_type | 'adm'",
        "time_embedding_type | 'learned'",
        "up_block_types | ['KUpBlock2D', 'UpBlock2D']",
        "up_block_types | ['SkipUpBlock2D', 'SkipUpBlock2D']",
        "upsample_type | 'bilinear'",
      })
  void shouldRefuseByNameWhatItDoesNotUnderstand(String field, String value) throws Exception {
    var json = sound();
    json.set(field, JSON.readTree(value.replace('\'', '"')));
    // Skip blocks ask for images of three channels: the refusal names what does not fit them.
    String named =
        value.contains("SkipDown")
            ? "in_channels"
            : value.contains("SkipUp") ? "out_channels" : field;

    assertThatThrownBy(() -> UNetConfig.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unet config")
        .hasMessageContaining(named);
  }

  @Test
  void shouldNameTheNearestFieldOfAMisspeltOne() throws Exception {
    var json = sound();
    json.put("norm_num_group", 2);

    assertThatThrownBy(() -> UNetConfig.parse(json))
        .hasMessageContaining("norm_num_group'")
        .hasMessageContaining("norm_num_groups");
  }

  @Test
  void shouldAcceptTheHistoryThatARunningAverageLeaves() throws Exception {
    var json = sound();
    json.put("_name_or_path", "checkpoint-4000");
    json.put("decay", 0.9999).put("inv_gamma", 1.0).put("min_decay", 0.0);
    json.put("optimization_step", 4000).put("power", 0.75).put("update_after_step", 0);
    json.put("use_ema_warmup", true);

    assertThat(UNetConfig.parse(json)).isEqualTo(UNetConfig.parse(sound()));
  }

  @Test
  void shouldHaveOneIdentityHoweverMuchIsSpelledOut() throws Exception {
    var terse = UNetConfig.parse(sound());
    var verbose = UNetConfig.parse(terse.toJson());
    var other = UNetConfig.parse(sound().put("norm_eps", 1e-6));

    assertThat(verbose.identity()).isEqualTo(terse.identity());
    assertThat(other.identity()).isNotEqualTo(terse.identity());
  }

  /** Manifests of adapters hold fingerprints that were made of this. */
  @Test
  void shouldKeepTheIdentityThatAdaptersKnow() throws Exception {
    var config = UNetConfig.parse(sound());

    assertThat(CanonicalJson.of(config.identity()))
        .isEqualTo(
            ("{'_class_name':'UNet2DModel','_diffusers_version':'0.30.0','act_fn':'silu',"
                    + "'add_attention':true,'attention_head_dim':8,'attn_norm_num_groups':2,"
                    + "'block_out_channels':[4,8],'center_input_sample':false,'class_embed_type':null,"
                    + "'down_block_types':['DownBlock2D','AttnDownBlock2D'],'downsample_padding':1,"
                    + "'downsample_type':'conv','dropout':0,'flip_sin_to_cos':true,'freq_shift':0,"
                    + "'in_channels':1,'layers_per_block':2,'mid_block_scale_factor':1,"
                    + "'norm_eps':1.0E-5,'norm_num_groups':2,'num_class_embeds':null,"
                    + "'num_train_timesteps':null,'out_channels':1,'resnet_time_scale_shift':'default',"
                    + "'sample_size':8,'time_embedding_type':'positional',"
                    + "'up_block_types':['AttnUpBlock2D','UpBlock2D'],'upsample_type':'conv'}")
                .replace('\'', '"'));
  }

  /** TensorFlow ends the process on an attention without a single head. */
  @Test
  void shouldRefuseHeadsThatDoNotFitTheMiddleBlock() throws Exception {
    var plain = sound().put("attention_head_dim", 9);
    plain.putArray("down_block_types").add("DownBlock2D").add("DownBlock2D");
    plain.putArray("up_block_types").add("UpBlock2D").add("UpBlock2D");

    assertThatThrownBy(() -> UNetConfig.parse(plain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attention_head_dim 9 exceeds the 8 channels of the middle block");
    assertThat(UNetConfig.parse(plain.put("add_attention", false)).addAttention()).isFalse();
  }

  private static ObjectNode sound() throws JsonProcessingException {
    return (ObjectNode)
        json(
            "{'sample_size': 8, 'in_channels': 1, 'out_channels': 1, 'block_out_channels': [4, 8],"
                + " 'norm_num_groups': 2, 'attention_head_dim': 8,"
                + " 'down_block_types': ['DownBlock2D', 'AttnDownBlock2D'],"
                + " 'up_block_types': ['AttnUpBlock2D', 'UpBlock2D']}");
  }

  private static UNetConfig parse(String text) throws JsonProcessingException {
    return UNetConfig.parse(json(text));
  }

  private static com.fasterxml.jackson.databind.JsonNode json(String text)
      throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }
}
