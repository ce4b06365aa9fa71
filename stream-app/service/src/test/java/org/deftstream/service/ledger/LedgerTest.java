package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.deftstream.service.ledger.RejectedRecordException.Stage;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final LedgerFixture fixture = new LedgerFixture();

  @Test
  void shouldLetAnswersOutInOrderWhenWorkEndsOutOfOrder() {
    var ledger = fixture.begin();
    for (long offset : new long[] {3, 5, 6}) {
      fixture.take(ledger, offset);
    }
    fixture.work.complete(6);
    fixture.work.complete(5);
    fixture.punctuate(ledger);
    assertThat(fixture.out).isEmpty();
    assertThat(fixture.storedOffsets()).containsExactly(3L, 5L, 6L);

    fixture.work.complete(3);
    fixture.punctuate(ledger);

    assertThat(fixture.out).containsExactly("3=answer-3", "5=answer-5", "6=answer-6");
    assertThat(fixture.storedOffsets()).isEmpty();
    assertThat(fixture.stored().tail()).isEqualTo(7);
    assertThat(ledger.isEmpty()).isTrue();
    assertThat(fixture.admission.open()).isZero();
    assertThat(fixture.admission.keptBytes()).isZero();
  }

  @Test
  void shouldMakeADeadLetterWhenWorkFails() {
    var ledger = fixture.begin();
    fixture.take(ledger, 0);
    fixture.take(ledger, 1);
    fixture.take(ledger, 2);
    fixture.work.fail(0, new RejectedRecordException(Stage.VALIDATE, "WrongShape", "no"));
    fixture.work.fail(1, new IllegalStateException("surprise"));
    fixture.work.complete(2);
    fixture.punctuate(ledger);
    assertThat(fixture.out)
        .containsExactly("0 dead WrongShape", "1 dead IllegalStateException", "2=answer-2");
    assertThat(fixture.reasons.get(1)).hasMessage("surprise");
  }

  @Test
  void shouldKeepRecordsWhenTheServiceBreaks() {
    var ledger = fixture.begin();
    fixture.take(ledger, 0);
    fixture.take(ledger, 1);
    fixture.work.fail(0, new BrokenServiceException("the engine is broken", null));
    fixture.work.complete(1);
    assertThatThrownBy(() -> fixture.punctuate(ledger)).isInstanceOf(BrokenServiceException.class);
    ledger.close();
    assertThat(fixture.out).isEmpty();
    assertThat(fixture.storedOffsets()).containsExactly(0L, 1L);
  }

  @Test
  void shouldParkWithoutRoomAndReadAgainWhenThereIs() {
    var ledger = fixture.begin();
    for (long offset = 0; offset < LedgerFixture.ROOM + 2; offset++) {
      fixture.take(ledger, offset);
    }
    assertThat(fixture.work.started()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(fixture.statistics.get(Counter.PARKED)).isEqualTo(2);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("4", "5");

    fixture.work.complete(0);
    fixture.work.complete(1);
    fixture.reader.find(LedgerFixture.record(4), fixture.admission);
    fixture.reader.find(LedgerFixture.record(5), fixture.admission);
    fixture.punctuate(ledger);
    assertThat(fixture.work.started()).endsWith(4L, 5L);
    for (long offset = 2; offset < 6; offset++) {
      fixture.work.complete(offset);
    }
    fixture.punctuate(ledger);
    assertThat(fixture.out).hasSize(6).endsWith("4=answer-4", "5=answer-5");
    assertThat(fixture.reader.requests()).hasSize(2);
  }

  @Test
  void shouldParkBehindParkedRecordsEvenIfThereIsRoom() {
    var ledger = fixture.begin();
    for (long offset = 0; offset < LedgerFixture.ROOM + 1; offset++) {
      fixture.take(ledger, offset);
    }
    for (long offset = 0; offset < LedgerFixture.ROOM; offset++) {
      fixture.work.complete(offset);
    }
    fixture.take(ledger, 10);
    assertThat(fixture.work.started()).doesNotContain(10L);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("4", "10");
  }

  @Test
  void shouldWriteNothingOfWhatItRecoveredBeforeARecordWasConsumed() {
    leaveUnanswered(0, 1);
    int writes = fixture.values.writes();
    var ledger = fixture.begin();
    assertThat(fixture.probes).containsExactly(0);
    for (int i = 0; i < 5; i++) {
      fixture.punctuate(ledger);
    }
    assertThat(fixture.values.writes()).isEqualTo(writes);
    assertThat(fixture.out).isEmpty();
    assertThat(fixture.reader.requests()).isEmpty();

    ledger.consumed();
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("0", "1");
  }

  @Test
  void shouldCommitThatItTookOverBeforeWorkBegins() {
    leaveUnanswered(0, 1);
    var ledger = fixture.begin(LedgerFixture.SOURCE, 12);
    ledger.consumed();
    fixture.punctuate(ledger);
    assertThat(fixture.commits).isEqualTo(1);
    assertThat(fixture.reader.requests()).isEmpty();
    assertThat(fixture.stored().entries())
        .containsExactly(new LedgerEntry(0, 1, 0, 0), new LedgerEntry(1, 1, 0, 0));
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("0", "1");
  }

  @Test
  void shouldNotCountATakeoverWithinTheSameProcess() {
    leaveUnanswered(0, 1);
    var ledger = fixture.begin();
    ledger.consumed();
    fixture.punctuate(ledger);
    assertThat(fixture.stored().entries()).extracting(LedgerEntry::recoveries).containsOnly(0);
  }

  @Test
  void shouldRunARecordAloneThatWasTakenOverTooOften() {
    leaveUnanswered(0, 1, 2);
    for (int process = 20; process < 22; process++) {
      takeOver(process).close();
    }
    var ledger = takeOver(22);
    assertThat(fixture.stored().entries()).extracting(LedgerEntry::recoveries).containsOnly(3);
    int before = fixture.commits;
    fixture.punctuate(ledger);
    assertThat(fixture.commits).as("the run is announced first").isEqualTo(before + 1);
    assertThat(fixture.reader.requests()).isEmpty();
    assertThat(fixture.stored().entries())
        .extracting(LedgerEntry::aloneRuns)
        .containsExactly(1, 0, 0);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("0 alone");

    fixture.reader.find(LedgerFixture.record(0), fixture.admission);
    fixture.work.complete(0);
    before = fixture.commits;
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0=answer-0");
    assertThat(fixture.commits).as("its answer is committed first").isEqualTo(before + 1);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("0 alone", "1 alone");
  }

  /** A broker may refuse the other's answer, and with it all that leaves in one transaction. */
  @Test
  void shouldNotLetAnotherRecordLeaveWithOneThatRanAlone() {
    leaveUnanswered(0);
    for (int process = 20; process < 22; process++) {
      takeOver(process).close();
    }
    var ledger = takeOver(22);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    fixture.reader.find(LedgerFixture.record(0), fixture.admission);
    fixture.punctuate(ledger);
    int started = fixture.work.started().size();
    fixture.take(ledger, 1);
    fixture.punctuate(ledger);
    assertThat(fixture.work.started()).as("nothing runs beside it").hasSize(started);
    assertThat(fixture.reader.requests()).containsExactly("0 alone");

    fixture.work.complete(0);
    int before = fixture.commits;
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0=answer-0");
    assertThat(fixture.commits).isEqualTo(before + 1);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("0 alone", "1");
  }

  @Test
  void shouldGiveUpARecordThatEndsTheProcessWhenAlone() {
    leaveUnanswered(7);
    for (int process = 20; process < 24; process++) {
      var ledger = takeOver(process);
      fixture.punctuate(ledger);
      fixture.punctuate(ledger);
      ledger.close();
    }
    assertThat(fixture.stored().entries()).extracting(LedgerEntry::aloneRuns).containsExactly(2);
    var started = fixture.work.started().size();

    var ledger = takeOver(30);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).containsExactly("7");
    fixture.reader.find(LedgerFixture.record(7), fixture.admission);
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("7 dead GivenUp");
    assertThat(fixture.work.started()).hasSize(started);
    assertThat(fixture.admission.open()).isZero();
  }

  /** Its bytes may be what the topic of dead letters, or the heap, does not take. */
  @Test
  void shouldLetOutARecordWithoutReadingItIfEvenItsLetterEndsTheProcess() {
    leaveUnanswered(7);
    for (int process = 20; process < 26; process++) {
      var ledger = takeOver(process);
      fixture.punctuate(ledger);
      fixture.punctuate(ledger);
      ledger.close();
    }
    assertThat(fixture.stored().entries()).extracting(LedgerEntry::aloneRuns).containsExactly(4);
    var ledger = takeOver(30);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.reader.requests()).isEmpty();
    assertThat(fixture.out).containsExactly("7 dead GivenUp without record");
  }

  @Test
  void shouldMakeADeadLetterOfARecordThatCannotBeTaken() {
    var ledger = fixture.begin();
    ledger.consumed();
    ledger.take(
        0,
        () -> {
          throw new IllegalStateException("a header without a name");
        },
        fixture);
    fixture.take(ledger, 1);
    fixture.work.complete(1);
    fixture.punctuate(ledger);
    assertThat(fixture.out)
        .containsExactly("0 dead IllegalStateException without record", "1=answer-1");
    assertThat(fixture.reasons.get(0)).hasMessage("a header without a name");
  }

  @Test
  void shouldMakeADeadLetterOfARecordThatCannotBeReadAgain() {
    leaveUnanswered(0);
    var ledger = takeOver(12);
    fixture.punctuate(ledger);
    fixture.reader.fail(0);
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0 dead Unreadable without record");
  }

  @Test
  void shouldGiveBackTheRoomOfARecordThatIsPutOffAndReadItAgain() {
    var ledger = fixture.begin();
    fixture.take(ledger, 0);
    fixture.take(ledger, 1);
    fixture.work.fail(0, new PostponedException("the registry does not answer", 77, null));
    assertThat(fixture.admission.open()).as("of the other one").isEqualTo(1);
    fixture.work.forget(0);
    fixture.work.complete(1);
    fixture.punctuate(ledger);
    assertThat(fixture.out).as("in order").isEmpty();
    assertThat(fixture.reader.requests()).containsExactly("0 with 77 bytes");
    assertThat(fixture.storedOffsets()).containsExactly(0L, 1L);

    fixture.take(ledger, 2);
    assertThat(fixture.work.started()).as("nothing begins behind it").containsExactly(0L, 1L);
    fixture.reader.find(LedgerFixture.record(0), fixture.admission);
    fixture.punctuate(ledger);
    fixture.work.complete(0);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0=answer-0", "1=answer-1");
    assertThat(fixture.reader.requests()).containsExactly("0 with 77 bytes", "2");
    assertThat(fixture.stored().entries()).extracting(LedgerEntry::recoveries).containsOnly(0);
  }

  /** The bound on what is kept is one for all partitions. */
  @Test
  void shouldNotKeepAnswersBehindARecordThatIsPutOffIfOthersNeedTheRoom() {
    var ledger = fixture.begin();
    fixture.take(ledger, 0);
    fixture.take(ledger, 1);
    fixture.work.future(1).complete(new byte[1 << 19]);
    fixture.work.fail(0, new PostponedException("the registry does not answer", 0, null));
    fixture.work.forget(0);
    assertThat(fixture.admission.keptBytes()).isGreaterThan(1 << 19);
    fixture.punctuate(ledger);
    assertThat(fixture.admission.keptBytes()).isZero();
    assertThat(fixture.admission.open()).isZero();

    fixture.work.forget(1);
    for (long offset = 0; offset < 2; offset++) {
      fixture.reader.find(LedgerFixture.record(offset), fixture.admission);
      fixture.punctuate(ledger);
      fixture.work.complete(offset);
      fixture.punctuate(ledger);
      fixture.punctuate(ledger);
    }
    assertThat(fixture.out).containsExactly("0=answer-0", "1=answer-1");
  }

  @Test
  void shouldMakeADeadLetterOfARecordWithMoreHeadersThanAnybodyMeans() {
    var ledger = fixture.begin();
    ledger.consumed();
    var flood = new RecordHeaders();
    for (int i = 0; i <= SourceRecord.MAX_HEADERS; i++) {
      flood.add("", null);
    }
    var record = new SourceRecord("in", 0, 0, 1000, null, new byte[1], flood);
    ledger.take(0, () -> record, fixture);
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0 dead TooManyHeaders");
    assertThat(fixture.reasons.get(0)).hasMessageContaining("1001 headers");
    assertThat(fixture.work.started()).isEmpty();
    assertThat(fixture.admission.open()).isZero();
    assertThat(record.headers()).isEmpty();
  }

  @Test
  void shouldCountHeadersAtWhatTheyCost() {
    var headers = new RecordHeaders();
    for (int i = 0; i < 10; i++) {
      headers.add("", null);
    }
    assertThat(new SourceRecord("in", 0, 0, 1000, null, null, headers).bytes())
        .isGreaterThanOrEqualTo(1000);
  }

  @Test
  void shouldMakeADeadLetterOfARecordThatIsGone() {
    leaveUnanswered(0, 1);
    var ledger = takeOver(12);
    fixture.punctuate(ledger);
    fixture.reader.miss(0);
    fixture.reader.find(LedgerFixture.record(1), fixture.admission);
    fixture.work.complete(1);
    fixture.punctuate(ledger);
    assertThat(fixture.out).containsExactly("0 dead SourceRecordGone without record", "1=answer-1");
    assertThat(fixture.reasons.get(0)).hasMessageContaining("the log begins at offset 1000");
  }

  @Test
  void shouldDropRecordsThatComeAgain() {
    var ledger = fixture.begin();
    fixture.take(ledger, 4);
    fixture.work.complete(4);
    fixture.punctuate(ledger);
    ledger.close();
    var next = fixture.begin();
    fixture.take(next, 3);
    fixture.take(next, 4);
    fixture.take(next, 5);
    assertThat(fixture.work.started()).containsExactly(4L, 5L);
    assertThat(fixture.statistics.get(Counter.CAME_AGAIN)).isEqualTo(2);
  }

  @Test
  void shouldNotMistakeATopicMadeAnewForTheOldOne() {
    leaveUnanswered(40, 41);
    var ledger = fixture.begin(new UUID(3, 4), 12);
    fixture.take(ledger, 0);
    fixture.work.complete(0);
    fixture.punctuate(ledger);
    fixture.punctuate(ledger);
    assertThat(fixture.out)
        .containsExactly(
            "40 dead SourceRecordGone without record",
            "41 dead SourceRecordGone without record",
            "0=answer-0");
  }

  @Test
  void shouldWriteNothingWhenItCloses() {
    var ledger = fixture.begin();
    fixture.take(ledger, 0);
    fixture.take(ledger, 1);
    fixture.work.complete(0);
    int writes = fixture.values.writes();
    ledger.close();
    assertThat(fixture.values.writes()).isEqualTo(writes);
    assertThat(fixture.out).isEmpty();
    assertThat(fixture.work.future(1)).isCancelled();
    assertThat(fixture.reader.closed()).isTrue();
    assertThat(fixture.admission.open()).isZero();
    assertThat(fixture.admission.working()).isZero();
  }

  @Test
  void shouldSurviveASecondRecoveryWithoutConsumingAnything() {
    leaveUnanswered(0, 1);
    fixture.begin(LedgerFixture.SOURCE, 12).close();
    fixture.begin(LedgerFixture.SOURCE, 13).close();
    assertThat(fixture.stored().entries())
        .isEqualTo(List.of(LedgerEntry.fresh(0), LedgerEntry.fresh(1)));
  }

  /** An owner that dies while it works on these. */
  private void leaveUnanswered(long... offsets) {
    var ledger = fixture.begin();
    for (long offset : offsets) {
      fixture.take(ledger, offset);
    }
    ledger.close();
    for (long offset : offsets) {
      // Cancelled with the ledger; the next owner's work begins anew.
      fixture.work.forget(offset);
    }
  }

  /** Another process takes over, consumes a probe, and stores that it did. */
  private Ledger takeOver(long process) {
    var ledger = fixture.begin(LedgerFixture.SOURCE, process);
    ledger.consumed();
    fixture.punctuate(ledger);
    return ledger;
  }
}
