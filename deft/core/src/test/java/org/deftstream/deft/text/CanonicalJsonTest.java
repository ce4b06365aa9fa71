package org.deftstream.deft.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {
  private final ObjectMapper mapper = new ObjectMapper();

  @Test
  void shouldNotDependOnOrderSpaceOrSpellingOfNumbers() throws Exception {
    var one =
        mapper.readTree("{\"b\": [1, 2.5, {}], \"a\": 180.0, \"c\": \"x\\\"y\", \"d\": null}");
    var other = mapper.readTree("{\"a\":1.8e2,\"d\":null,\"c\":\"x\\\"y\",\"b\":[1.0,25e-1,{}]}");

    assertThat(CanonicalJson.of(one))
        .isEqualTo("{\"a\":180,\"b\":[1,2.5,{}],\"c\":\"x\\\"y\",\"d\":null}")
        .isEqualTo(CanonicalJson.of(other));
    assertThat(CanonicalJson.sha256(one)).isEqualTo(CanonicalJson.sha256(other));
  }

  @Test
  void shouldHashTheTextWithSha256() throws Exception {
    // printf '{"a":1}' | sha256sum
    assertThat(CanonicalJson.sha256(mapper.readTree("{ \"a\" : 1.0 }")))
        .isEqualTo("015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  }
}
