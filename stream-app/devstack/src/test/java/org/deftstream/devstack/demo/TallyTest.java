package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.deftstream.schemas.avro.Reconstruction;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Tally tally = new Tally();
  private final Subject subject = DemoSamples.subjects(DemoSamples.inpainting(), 1).get(0);
  private final Feed.Item good = new Feed.Item("a.1", subject, null, false);
  private final Feed.Item bad =
      new Feed.Item("hostile-1", null, new HostileRecord("hostile-1", "bad", null), false);

  @Test
  void shouldFindNothingWrongWhenEveryRecordCameBackOnce() {
    tally.sent(new Tally.Place(0, 5), good, NOW);
    tally.sent(new Tally.Place(1, 5), bad, NOW);

    assertThat(tally.accept(answer("a.1", 0, 5))).isPresent();
    assertThat(tally.accept(letter(1, 5))).isPresent();

    assertThat(tally.problems()).isEmpty();
    assertThat(tally.records()).isEqualTo(new DemoResult.Records(2, 1, 1, 0, 0, 1));
    assertThat(tally.hostile())
        .isEqualTo(
            List.of(new DemoResult.HostileOutcome("hostile-1", "bad", true, "decode", "why")));
  }

  @Test
  void shouldSeeALostRecord() {
    tally.sent(new Tally.Place(0, 5), good, NOW);

    assertThat(tally.open()).isEqualTo(1);
    assertThat(tally.problems()).containsExactly("1 of 1 records got no answer");
  }

  @Test
  void shouldSeeADuplicateAlsoAcrossTheTwoTopics() {
    tally.sent(new Tally.Place(0, 5), good, NOW);
    tally.accept(answer("a.1", 0, 5));
    assertThat(tally.accept(answer("a.1", 0, 5))).isEmpty();
    tally.accept(letter(0, 5));

    assertThat(tally.records().duplicates()).isEqualTo(2);
    assertThat(tally.records().reconstructed()).isEqualTo(1);
    assertThat(tally.problems()).containsExactly("2 records were answered more than once");
  }

  @Test
  void shouldIgnoreAnswersToOthersRecords() {
    tally.sent(new Tally.Place(0, 5), good, NOW);
    tally.accept(answer("a.1", 0, 5));

    tally.accept(answer("a.1", 0, 4));

    assertThat(tally.problems()).isEmpty();
  }

  @Test
  void shouldSeeAGoodRecordInTheDeadLetters() {
    tally.sent(new Tally.Place(0, 5), good, NOW);
    tally.accept(letter(0, 5));

    assertThat(tally.problems()).containsExactly("a.1 was dead-lettered: why");
  }

  @Test
  void shouldSeeAnAnswerUnderAnotherName() {
    tally.sent(new Tally.Place(0, 5), good, NOW);
    tally.accept(answer("b.1", 0, 5));

    assertThat(tally.problems()).containsExactly("a.1 was answered as b.1");
  }

  private Inbox.Answer answer(String id, int partition, long offset) {
    var some = DemoSamples.answer(subject, null, 0.1f, 0).reconstruction();
    return new Inbox.Answer(
        Reconstruction.newBuilder(some)
            .setMeasurementId(id)
            .setProvenance(DemoSamples.provenance(null, partition, offset))
            .build(),
        NOW);
  }

  private static Inbox.DeadLetter letter(int partition, long offset) {
    return new Inbox.DeadLetter(new Tally.Place(partition, offset), "decode", "why", NOW);
  }
}
