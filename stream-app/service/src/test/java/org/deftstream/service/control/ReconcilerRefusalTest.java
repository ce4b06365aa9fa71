package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be served is refused with its reason, and what served serves on. */
class ReconcilerRefusalTest extends ReconcilerFixture {
  @Test
  void shouldKeepWhatServedWhenThePreviousAdapterIsRefused() {
    request(serving(A1));
    var refused = Fixture.with(A3, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A2))
            .setPrevious(Fixture.ref(refused))
            .build());

    assertThat(Fixture.describe(reports)).containsSubsequence("a-3 REFUSED", "a-2 SERVING");
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsOnlyKeys("a-1", "a-2");
  }

  @Test
  void shouldKeepServingWhenTheNextIsRefused() {
    request(serving(A1));
    reports.clear();
    var nan = Fixture.adapter("a-nan", Float.NaN);
    store(nan);

    request(serving(nan));

    assertThat(Fixture.describe(reports)).containsExactly("a-nan LOADING", "a-nan REFUSED");
    assertThat(lastReason()).contains("NaN").endsWith("; adapter a-1 serves on");
    assertThat(served()).contains("a-1");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRefuseAGoldenAnswerThatIsNotReproduced() {
    var wrong = Fixture.with(A1, "golden", goldenOf(A2));

    request(serving(wrong));

    assertThat(lastReason())
        .contains("answered differently here")
        .endsWith("; the training-free method serves on");
    assertThat(networks.open).hasValue(0);
  }

  private static Object goldenOf(AdapterDirectory.Content adapter) {
    try {
      return new com.fasterxml.jackson.databind.ObjectMapper()
          .readTree(adapter.manifest().toJson())
          .get("golden");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldWaitForWeightsAndRefuseWhenTheyDoNotCome() {
    store.clear();
    request(serving(A1));
    assertThat(reconciler.idle()).isFalse();
    assertThat(Fixture.describe(reports)).containsExactly("a-1 LOADING");

    store(A1);
    settle();
    assertThat(served()).contains("a-1");

    store.clear();
    reconciler = reconciler(Duration.ZERO);
    request(serving(A2));
    assertThat(reconciler.idle()).isTrue();
    assertThat(lastReason()).contains("of 1 chunks").contains("did not come").contains("[0]");
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldRefuseWhatIsNotSignedIfItHasKeys() throws Exception {
    var pair = java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    keys = TrustedKeys.of(List.of(pair.getPublic()));
    reconciler = reconciler(Duration.ofMinutes(1));

    request(serving(A1));
    assertThat(lastReason()).contains("a-1 is not signed");
    assertThat(Fixture.describe(reports)).as("nothing was fetched").containsExactly("a-1 REFUSED");

    String manifest = A1.manifest().toJson();
    var signature =
        org.deftstream.deft.adapter.AdapterSignature.sign(
            pair.getPrivate(), manifest, A1.manifest().weightsSha256());
    var ref = AdapterRef.newBuilder(Fixture.ref(A1)).setSignature(signature).build();
    request(Fixture.control(Serve.ADAPTER).setStable(ref).build());
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldNeverReuseAnId() {
    request(serving(A1));
    var other = Fixture.adapter("a-1", 9);
    store(other);

    request(serving(other));

    assertThat(lastReason()).contains("ids are never reused");
  }

  @Test
  void shouldRefuseDefinitionsThatCannotBeServed() {
    var base = AdapterControl.newBuilder(Fixture.control(Serve.TRAINING_FREE).build());

    request(base.setTask("tiny/other").setDefinition("{").build());
    assertThat(lastReason()).contains("not valid JSON").endsWith("the task is not served");
    request(base.setDefinition(Fixture.taskJson("tiny/third")).build());
    assertThat(lastReason()).contains("'tiny/other' defines task 'tiny/third'");
    request(
        base.setDefinition(Fixture.taskJson("tiny/other").replace("\"tiny\"", "\"huge\"")).build());
    assertThat(lastReason()).contains("prior 'huge' is not known here");
    request(base.setDefinition(null).build());
    assertThat(lastReason()).contains("'tiny/other' is not known here");
    assertThat(table.tasks()).containsExactly(Fixture.TASK);
  }

  @Test
  void shouldRefuseStatesThatContradictThemselves() {
    request(Fixture.control(Serve.ADAPTER).build());
    assertThat(lastReason()).contains("names no stable one");
    request(Fixture.control(Serve.TRAINING_FREE).setCanaryShare(Double.NaN).build());
    assertThat(lastReason()).contains("canaryShare must be in [0, 1], got NaN");
    request(Fixture.control(Serve.TRAINING_FREE).setSampler("{\"step\": 3}").build());
    assertThat(reports.get(reports.size() - 1).state()).isEqualTo(AdapterState.REFUSED);
    assertThat(served()).isEmpty();
  }

  @Test
  void shouldRefuseANewDescriptionThatDoesNotFitAndServeOn() {
    request(serving(A1));
    reports.clear();

    request(serving(Fixture.with(A1, "priorFingerprint", "cd".repeat(32))));

    assertThat(Fixture.describe(reports)).containsExactly("a-1 REFUSED");
    assertThat(lastReason()).contains("fingerprint " + "cd".repeat(32)).endsWith("serves on");
    assertThat(served()).contains("a-1");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRefuseWhatTakesTooMuchToBuild() {
    request(serving(A1));
    networks.failure = new OutOfMemoryError("Java heap space");
    request(serving(A2));

    assertThat(lastReason()).contains("a-2", "Java heap space").endsWith("adapter a-1 serves on");
    networks.failure = null;
    request(serving(A3));
    assertThat(served()).contains("a-3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "kind": "inpainting" | "kind": "no-such" | kind 'no-such' is not known
          "steps": 4 | "steps": 1001 | steps must be at most 1000, those of the prior, got 1001
          "steps": 3 | "steps": 1001 | steps must be at most 1000, those of the prior, got 1001
          "samples": 2 | "samples": 1000000 | samples must be a whole number in [1, 256]
          """)
  void shouldRefuseADefinitionThatCannotBeServed(String right, String wrong, String reason) {
    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setDefinition(Fixture.taskJson(Fixture.TASK).replace(right, wrong))
            .build());

    assertThat(lastReason()).contains(reason).endsWith("the training-free method serves on");
  }

  @Test
  void shouldRefuseADefinitionWhoseOperatorIsTooLargeToBuild() {
    String definition =
        Fixture.taskJson(Fixture.TASK)
            .replaceFirst(
                "\"operator\": .*\n.*\n.*",
                "\"operator\": {\"kind\": \"ct-parallel\", \"views\": 16384, \"detectorBins\":"
                    + " 16384, \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.02}},");
    request(Fixture.control(Serve.TRAINING_FREE).setDefinition(definition).build());

    assertThat(lastReason())
        .contains("16384 views of 16384 bins for images of 4x4x1")
        .endsWith("the training-free method serves on");
    request(serving(A1));
    assertThat(served()).contains("a-1");
  }
}
