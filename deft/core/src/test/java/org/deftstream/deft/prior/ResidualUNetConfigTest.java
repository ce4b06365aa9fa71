package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResidualUNetConfigTest {
  private static final ResidualUNetConfig CONFIG =
      new ResidualUNetConfig(64, 3, 2, List.of(8, 16, 24), 2);

  private static JsonNode with(String field, String value) throws Exception {
    var json = CONFIG.toJson();
    json.set(field, new ObjectMapper().readTree(value.replace(';', ',')));
    return json;
  }

  @Test
  void shouldReadBackWhatItWrote() {
    assertThat(NetworkConfig.parse(CONFIG.toJson())).isEqualTo(CONFIG);
    assertThat(CONFIG.multiple()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({
    "sample_size,60",
    "sample_size,4",
    "sample_size,\"64\"",
    "in_channels,0",
    "out_channels,1",
    "patch_size,-2",
    "block_out_channels,[]",
    "block_out_channels,[8;\"a\"]",
    "block_out_channels,7",
    "layers_per_block,1000000",
    "dropout,0.1",
  })
  void shouldRefuseByName(String field, String value) throws Exception {
    var json = with(field, value);
    assertThatThrownBy(() -> NetworkConfig.parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field);
  }
}
