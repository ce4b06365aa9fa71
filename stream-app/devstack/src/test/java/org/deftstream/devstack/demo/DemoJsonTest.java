package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoJsonTest {
  @Test
  void shouldBeOneDocumentWithTheCounts() throws JsonProcessingException {
    var json =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readTree(DemoJson.text(result(1.0 / 3)));

    assertThat(json.at("/records/sent").intValue()).isEqualTo(14);
    assertThat(json.at("/records/reconstructed").intValue()).isEqualTo(6);
    assertThat(json.at("/records/deadLettered").intValue()).isEqualTo(8);
    assertThat(json.at("/records/duplicates").intValue()).isZero();
    assertThat(json.at("/timing/totalMillis").doubleValue()).isEqualTo(0.3333);
  }

  @Test
  void shouldHaveNoNumberThatJsonLacks() {
    assertThat(DemoJson.text(result(Double.NaN)))
        .contains("\"totalMillis\" : null")
        .doesNotContain("NaN");
  }

  private static DemoResult result(double millis) {
    return new DemoResult(
        "ok",
        List.of(),
        new DemoResult.Records(14, 6, 8, 0, 0, 8),
        null,
        null,
        List.of(),
        List.of(),
        Map.of(),
        new DemoResult.Timing(1, 2, millis),
        Map.of(),
        new DemoResult.Machine(2, "Linux", "17", "cpu"),
        List.of(),
        "index.html");
  }
}
