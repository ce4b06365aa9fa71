package org.deftstream.messaging.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.Test;

class ControlChangesTest {
  private final AdapterControl offered =
      ControlChanges.offer(
          ControlChanges.offer(
              ControlChanges.offer(ControlChanges.initial("t"), ref("a-1")), ref("a-2")),
          ref("a-3"));

  private static AdapterRef ref(String id) {
    return new AdapterRef(id, "{}", "sha-of-" + id, 3L, 1, null);
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(UserError.class).hasMessageContaining(message);
  }

  @Test
  void shouldServeNothingThatIsOnlyOffered() {
    assertThat(offered.getServe()).isEqualTo(Serve.TRAINING_FREE);
    assertThat(offered.getStable()).isNull();
    assertThat(ControlChanges.known(offered)).containsOnlyKeys("a-1", "a-2", "a-3");
  }

  @Test
  void shouldRememberThePreviousAdapterAndRollBackToIt() {
    var second = ControlChanges.activate(ControlChanges.activate(offered, "a-1"), "a-2");
    assertThat(second.getServe()).isEqualTo(Serve.ADAPTER);
    assertThat(second.getStable()).isEqualTo(ref("a-2"));
    assertThat(second.getPrevious()).isEqualTo(ref("a-1"));

    var back = ControlChanges.rollback(second);
    assertThat(back.getStable()).isEqualTo(ref("a-1"));
    assertThat(back.getPrevious()).isEqualTo(ref("a-2"));
    assertThat(ControlChanges.rollback(back)).isEqualTo(second);
  }

  @Test
  void shouldRollTheFirstAdapterBackToTheTrainingFreeMethod() {
    var back = ControlChanges.rollback(ControlChanges.activate(offered, "a-1"));

    assertThat(back.getServe()).isEqualTo(Serve.TRAINING_FREE);
    assertThat(back.getStable()).isEqualTo(ref("a-1"));
  }

  @Test
  void shouldKeepThePreviousAdapterWhenTheSameIsActivatedAgain() {
    var second = ControlChanges.activate(ControlChanges.activate(offered, "a-1"), "a-2");

    assertThat(ControlChanges.activate(second, "a-2")).isEqualTo(second);
  }

  @Test
  void shouldKeepStableAndPreviousWhileServingTrainingFree() {
    var second = ControlChanges.activate(ControlChanges.activate(offered, "a-1"), "a-2");

    var free = ControlChanges.trainingFree(second);

    assertThat(free.getServe()).isEqualTo(Serve.TRAINING_FREE);
    assertThat(free.getStable()).isEqualTo(ref("a-2"));
    assertThat(ControlChanges.activate(free, "a-2")).isEqualTo(second);
  }

  @Test
  void shouldPromoteACanaryOrEndIt() {
    var trial = ControlChanges.canary(ControlChanges.activate(offered, "a-1"), "a-2", 0.1);
    assertThat(trial.getCanary()).isEqualTo(ref("a-2"));
    assertThat(trial.getCanaryShare()).isEqualTo(0.1);

    var promoted = ControlChanges.promote(trial);
    assertThat(promoted.getStable()).isEqualTo(ref("a-2"));
    assertThat(promoted.getPrevious()).isEqualTo(ref("a-1"));
    assertThat(promoted.getCanary()).isNull();
    assertThat(promoted.getCanaryShare()).isZero();

    var ended = ControlChanges.rollback(trial);
    assertThat(ended.getCanary()).isNull();
    assertThat(ended.getStable()).isEqualTo(ref("a-1"));
  }

  @Test
  void shouldSayWhyAChangeIsNotPossible() {
    assertRefused(
        () -> ControlChanges.activate(offered, "a-4"), "no adapter 'a-4'; did you mean 'a-1'?");
    assertRefused(
        () -> ControlChanges.rollback(offered), "nothing to roll back; adapters that can be");
    assertRefused(() -> ControlChanges.promote(offered), "no canary");
    assertRefused(() -> ControlChanges.canary(offered, "a-1", 0.1), "served training-free");
    var serving = ControlChanges.activate(offered, "a-1");
    for (double share : new double[] {0, -1, 1.5, Double.NaN}) {
      assertRefused(() -> ControlChanges.canary(serving, "a-2", share), "above 0 and at most 1");
    }
    var other = new AdapterRef("a-1", "{}", "sha-of-another", 3L, 1, null);
    assertRefused(() -> ControlChanges.offer(offered, other), "ids are never reused");
  }

  @Test
  void shouldForgetTheOldestOfManyAdapters() {
    var state = ControlChanges.activate(offered, "a-1");
    for (int i = 0; i < ControlChanges.MAX_AVAILABLE; i++) {
      state = ControlChanges.offer(state, ref("b-" + i));
    }

    assertThat(state.getAvailable()).hasSize(ControlChanges.MAX_AVAILABLE);
    assertThat(ControlChanges.known(state))
        .containsKeys("a-1", "b-0", "b-15")
        .doesNotContainKeys("a-2", "a-3");
  }

  @Test
  void shouldCutWeightsIntoChunksThatMakeTheFileAgain() {
    var file = new byte[2 * Topics.WEIGHTS_CHUNK_BYTES + 5];
    for (int i = 0; i < file.length; i++) {
      file[i] = (byte) (i * 31);
    }

    var chunks = AdapterPublisher.chunks("0a", file);

    var joined = ByteBuffer.allocate(file.length);
    var sizes = new ArrayList<Integer>();
    for (var chunk : chunks) {
      assertThat(chunk.getIndex()).isEqualTo(sizes.size());
      assertThat(chunk.getCount()).isEqualTo(3);
      sizes.add(chunk.getData().remaining());
      joined.put(chunk.getData().duplicate());
    }
    assertThat(sizes).containsExactly(Topics.WEIGHTS_CHUNK_BYTES, Topics.WEIGHTS_CHUNK_BYTES, 5);
    assertThat(joined.array()).isEqualTo(file);
    assertThat(AdapterPublisher.chunks("0a", new byte[Topics.WEIGHTS_CHUNK_BYTES])).hasSize(1);
  }

  @Test
  void shouldForgetTheOldestThatNothingRefersTo() {
    var serving = ControlChanges.activate(offered, "a-1");
    var kept = ControlChanges.retain(serving, 1);
    assertThat(ControlChanges.known(kept)).containsOnlyKeys("a-3", "a-1");
    assertThat(ControlChanges.dropped(serving, kept)).containsExactly(ref("a-2"));
  }

  @Test
  void shouldNeverForgetWhatIsInUse() {
    var used = ControlChanges.activate(ControlChanges.activate(offered, "a-1"), "a-2");
    var kept = ControlChanges.retain(ControlChanges.canary(used, "a-3", 0.5), 1);
    assertThat(ControlChanges.known(kept)).containsOnlyKeys("a-1", "a-2", "a-3");
    assertThat(ControlChanges.dropped(used, kept)).isEmpty();
  }

  @Test
  void shouldTakeANewDescriptionOfAKnownAdapter() {
    var serving = ControlChanges.activate(offered, "a-1");
    var described = AdapterRef.newBuilder(ref("a-1")).setManifest("{\"new\": 1}").build();

    var again = ControlChanges.offer(serving, described);

    assertThat(again.getStable()).as("serves on as it is").isEqualTo(ref("a-1"));
    assertThat(ControlChanges.activate(again, "a-1").getStable()).isEqualTo(described);
    assertThat(ControlChanges.known(again)).hasSize(3).containsEntry("a-1", described);
    var other = AdapterRef.newBuilder(ref("a-1")).setWeightsSha256("other").build();
    assertRefused(() -> ControlChanges.offer(serving, other), "ids are never reused");
  }

  @Test
  void shouldSampleAsAskedUntilSomethingElseServes() {
    var sampler = new SamplerSettings(3, TimeGrid.UNIFORM, NoiseRule.ZETA, 1, 4);
    var serving = ControlChanges.sampled(ControlChanges.activate(offered, "a-1"), sampler);
    assertThat(serving.getSampler()).isEqualTo(sampler.toJson().toString());
    assertThat(ControlChanges.canary(serving, "a-2", 0.1).getSampler())
        .isEqualTo(serving.getSampler());

    for (var next :
        List.of(
            ControlChanges.activate(serving, "a-1"),
            ControlChanges.activate(serving, "a-2"),
            ControlChanges.promote(ControlChanges.canary(serving, "a-2", 0.1)),
            ControlChanges.rollback(serving),
            ControlChanges.trainingFree(serving))) {
      assertThat(next.getSampler()).isNull();
    }
  }

  @Test
  void shouldSayThatThereIsNothingToRollBackOrToTry() {
    assertRefused(
        () -> ControlChanges.rollback(ControlChanges.initial("t")),
        "no adapter was published for task t, so there is nothing to roll back");
    assertRefused(() -> ControlChanges.rollback(offered), "can be activated: a-1, a-2, a-3");
    assertRefused(
        () -> ControlChanges.canary(ControlChanges.activate(offered, "a-1"), "a-1", 0.1),
        "adapter a-1 serves task t already");
  }
}
