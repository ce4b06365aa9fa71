package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.trainer.pairs.Pairs;
import org.junit.jupiter.api.Test;

class ControlPublicationTest {
  private static final PublicationPolicy AT_ONCE = new PublicationPolicy(1, 3, Duration.ZERO);
  private static final PublicationPolicy CANARY = new PublicationPolicy(0.25, 3, Duration.ZERO);

  private static AdapterControl knows(AdapterControl state, String id) {
    return ControlChanges.offer(state, new AdapterRef(id, "{}", "sha-of-" + id, 3L, 1, null));
  }

  private final AdapterControl fresh = knows(ControlChanges.initial("t"), "new");
  private final AdapterControl served =
      knows(ControlChanges.activate(knows(ControlChanges.initial("t"), "old"), "old"), "new");

  @Test
  void shouldServeTheFirstAdapterAtOnceWhateverThePolicy() {
    var next = ControlPublication.next(fresh, "new", Optional.empty(), CANARY);
    assertThat(next.getServe()).isEqualTo(Serve.ADAPTER);
    assertThat(next.getStable().getAdapterId()).isEqualTo("new");
  }

  @Test
  void shouldTryALaterOneBesideTheServing() {
    var next = ControlPublication.next(served, "new", Optional.of("old"), CANARY);
    assertThat(next.getStable().getAdapterId()).isEqualTo("old");
    assertThat(next.getCanary().getAdapterId()).isEqualTo("new");
    assertThat(next.getCanaryShare()).isEqualTo(0.25);
  }

  @Test
  void shouldServeALaterOneAtOnceWhereNoTrialIsWanted() {
    var next = ControlPublication.next(served, "new", Optional.of("old"), AT_ONCE);
    assertThat(next.getStable().getAdapterId()).isEqualTo("new");
    assertThat(next.getPrevious().getAdapterId()).isEqualTo("old");
  }

  @Test
  void shouldReadTheSamplerOfAControlRecord() {
    var sampler = Pairs.task().learnedSampler().withSamples(7);
    assertThat(ControlPublication.sampler("t", sampler.toJson().toString())).isEqualTo(sampler);
    assertThatThrownBy(() -> ControlPublication.sampler("t", "{"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("task t");
    assertThatThrownBy(() -> ControlPublication.sampler("t", "{\"steps\": 0, \"noiseLevel\": 1}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("steps");
  }

  @Test
  void shouldPublishNothingForATaskThatWasRedefined() {
    var manifest = Adapters.content("new", "weights").manifest();
    ControlPublication.requireSameTask(manifest, Pairs.task());
    assertThatThrownBy(() -> ControlPublication.requireSameTask(manifest, Pairs.task(0.1)))
        .isInstanceOf(PublicationRefusedException.class)
        .hasMessageContaining("another definition of task small/inpaint");
  }

  @Test
  void shouldTakeBackWhatTheServiceRefuses() {
    var served = ControlPublication.next(this.served, "new", Optional.of("old"), AT_ONCE);
    assertThat(ControlPublication.without(served, "new").getStable().getAdapterId())
        .isEqualTo("old");
    var tried = ControlPublication.next(this.served, "new", Optional.of("old"), CANARY);
    assertThat(ControlPublication.without(tried, "new").getCanary()).isNull();
    var first = ControlPublication.next(fresh, "new", Optional.empty(), AT_ONCE);
    assertThat(ControlPublication.without(first, "new").getServe()).isEqualTo(Serve.TRAINING_FREE);
    assertThat(ControlPublication.without(this.served, "new")).isEqualTo(this.served);
  }

  @Test
  void shouldPublishNothingWhereAnotherAdapterServesThanItWasJudgedAgainst() {
    assertThatThrownBy(() -> ControlPublication.next(served, "new", Optional.empty(), AT_ONCE))
        .isInstanceOf(PublicationRefusedException.class)
        .hasMessageContaining("against the training-free method")
        .hasMessageContaining("served by adapter old");
  }

  @Test
  void shouldPublishNothingWhereTheSamplerIsAnotherThanItWasJudgedWith() {
    var sampler = Pairs.task().learnedSampler().withSamples(7);
    var changed = AdapterControl.newBuilder(served).setSampler(sampler.toJson().toString()).build();

    ControlPublication.requireSameSampler(served, "new", Optional.empty());
    ControlPublication.requireSameSampler(changed, "new", Optional.of(sampler));
    assertThatThrownBy(
            () -> ControlPublication.requireSameSampler(changed, "new", Optional.empty()))
        .isInstanceOf(PublicationRefusedException.class)
        .hasMessageContaining("judged with the task's own sampler")
        .hasMessageContaining("asks for " + sampler.describe());
  }
}
