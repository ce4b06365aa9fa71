package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.junit.jupiter.api.Test;

/** What a ledger makes of offsets that were passed over. */
class OffsetGapTest {
  private final LedgerFixture fixture = new LedgerFixture();

  @Test
  void shouldSayNothingOfOffsetsThatHeldNoRecord() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    answer(ledger, 9);
    assertThat(fixture.out).containsExactly("3=answer-3", "9=answer-9");
    assertThat(ledger.isEmpty()).isTrue();
    assertThat(fixture.stored().tail()).isEqualTo(10);
  }

  @Test
  void shouldMakeADeadLetterOfEachRecordThatWasDeletedBeforeItWasConsumed() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    logBeginsAt(6);
    answer(ledger, 9);
    assertThat(fixture.out)
        .containsExactly(
            "3=answer-3",
            "4 dead SourceRecordGone without record",
            "5 dead SourceRecordGone without record",
            "9=answer-9");
    assertThat(fixture.reasons.get(0))
        .hasMessageContaining("was not consumed")
        .hasMessageContaining("the log begins at offset 6");
    assertThat(fixture.statistics.get(Counter.GONE)).isEqualTo(2);
    assertThat(fixture.statistics.deadLetters()).containsEntry("SourceRecordGone", 2L);
    assertThat(fixture.statistics.unanswered()).isZero();
  }

  @Test
  void shouldMakeADeadLetterOfARecordThatAnOperatorHadPassedOver() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    fixture.skipped.set(0, List.of(1L, 5L, 40L));
    answer(ledger, 9);
    assertThat(fixture.out)
        .containsExactly("3=answer-3", "5 dead Skipped without record", "9=answer-9");
    assertThat(fixture.statistics.deadLetters()).containsEntry("Skipped", 1L);
  }

  @Test
  void shouldMakeADeadLetterOfTheFirstRecordsOfAPartitionIfTheyWerePassedOver() {
    fixture.skipped.set(0, List.of(1L, 5L, 6L));
    var ledger = fixture.begin();
    answer(ledger, 7);
    assertThat(fixture.out)
        .containsExactly(
            "5 dead Skipped without record", "6 dead Skipped without record", "7=answer-7");
  }

  @Test
  void shouldMakeNoLetterOfWhatCameAgainOrWasConsumed() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    logBeginsAt(4);
    fixture.take(ledger, 3);
    answer(ledger, 4);
    assertThat(fixture.out).containsExactly("3=answer-3", "4=answer-4");
  }

  @Test
  void shouldNotMissWhatWasDeletedBeforeThePartitionsFirstRecord() {
    logBeginsAt(1000);
    var ledger = fixture.begin();
    answer(ledger, 1000);
    assertThat(fixture.out).containsExactly("1000=answer-1000");
  }

  @Test
  void shouldMakeOneLetterOfARangeThatIsTooLongForLettersOfEach() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    long next = 4 + OffsetGap.MOST_LETTERS + 1;
    logBeginsAt(next);
    answer(ledger, next);
    assertThat(fixture.out)
        .containsExactly(
            "3=answer-3",
            "4 to " + (next - 1) + " dead SourceRecordGone",
            next + "=answer-" + next);
    assertThat(fixture.statistics.get(Counter.GONE)).isEqualTo(OffsetGap.MOST_LETTERS + 1);
    assertThat(fixture.statistics.get(Counter.DEAD_LETTERS)).isEqualTo(1);
  }

  @Test
  void shouldLetNothingOvertakeAGapBeforeItIsKnownWhatItWas() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    fixture.logStart = new CompletableFuture<>();
    answer(ledger, 5);
    assertThat(fixture.out).containsExactly("3=answer-3");
    fixture.logStart.complete(5L);
    fixture.punctuate(ledger);
    assertThat(fixture.out)
        .containsExactly("3=answer-3", "4 dead SourceRecordGone without record", "5=answer-5");
  }

  @Test
  void shouldAskAgainWhenNobodyAnswered() throws Exception {
    var ledger = fixture.begin();
    answer(ledger, 3);
    fixture.logStart = CompletableFuture.failedFuture(new IllegalStateException("no leader"));
    answer(ledger, 5);
    logBeginsAt(0);
    fixture.punctuate(ledger);
    assertThat(fixture.out).doesNotContain("5=answer-5");
    TimeUnit.NANOSECONDS.sleep(OffsetGap.RETRY.toNanos());
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("3=answer-3", "5=answer-5");
  }

  @Test
  void shouldKnowOfAGapWhenTheOwnerDiedBeforeItLeft() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    fixture.logStart = new CompletableFuture<>();
    fixture.take(ledger, 6);
    assertThat(fixture.stored().entries())
        .containsExactly(LedgerEntry.passedOver(4, 6), LedgerEntry.fresh(6));
    ledger.close();
    fixture.work.forget(6);

    logBeginsAt(5);
    var next = fixture.begin();
    next.consumed();
    fixture.punctuate(next);
    fixture.punctuate(next);
    assertThat(fixture.out).containsExactly("3=answer-3", "4 dead SourceRecordGone without record");
    assertThat(fixture.reader.requests()).containsExactly("6");
  }

  @Test
  void shouldNoticeAtTheStartWhatIsGoneEvenIfNoOtherRecordComes() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    ledger.close();
    logBeginsAt(6);
    var next = fixture.begin();
    assertThat(next.isEmpty()).as("something is to be found out").isFalse();
    int writes = fixture.values.writes();
    fixture.punctuate(next);
    assertThat(fixture.values.writes())
        .as("nothing before a record was consumed")
        .isEqualTo(writes);
    assertThat(fixture.probes).hasSize(1);
    next.consumed();
    fixture.punctuate(next);
    assertThat(fixture.out)
        .containsExactly(
            "3=answer-3",
            "4 dead SourceRecordGone without record",
            "5 dead SourceRecordGone without record");
    fixture.punctuate(next);
    assertThat(next.isEmpty()).isTrue();
    assertThat(fixture.stored().tail()).isEqualTo(6);
  }

  @Test
  void shouldAskForNoTickWhenNothingIsGone() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    ledger.close();
    logBeginsAt(4);
    var next = fixture.begin();
    int writes = fixture.values.writes();
    fixture.punctuate(next);
    assertThat(next.isEmpty()).isTrue();
    assertThat(fixture.probes).isEmpty();
    assertThat(fixture.values.writes()).isEqualTo(writes);
  }

  @Test
  void shouldForgetTheGapsOfATopicThatWasMadeAnew() {
    var ledger = fixture.begin();
    answer(ledger, 3);
    fixture.logStart = new CompletableFuture<>();
    fixture.take(ledger, 6);
    ledger.close();
    fixture.work.forget(6);
    logBeginsAt(0);
    var next = fixture.begin(new UUID(3, 4), 12);
    fixture.take(next, 0);
    fixture.work.complete(0);
    fixture.punctuate(next);
    fixture.punctuate(next);
    var rest = new ArrayList<>(fixture.out);
    assertThat(rest)
        .containsExactly("3=answer-3", "6 dead SourceRecordGone without record", "0=answer-0");
  }

  private void logBeginsAt(long offset) {
    fixture.logStart = CompletableFuture.completedFuture(offset);
  }

  private void answer(Ledger ledger, long offset) {
    fixture.take(ledger, offset);
    fixture.work.complete(offset);
    fixture.punctuate(ledger);
  }
}
