package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetter.Place;
import org.deftstream.schemas.DeadLetter.Reason;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private static final Place PLACE = new Place("in", 2, 7);
  private static final byte[] KEY = {1, 2};
  private final Reason reason = new Reason("SourceRecordGone", "cut", "admit");

  @Test
  void shouldSayThatNothingIsLeftOfARecordThatIsGone() {
    var letter = DeadLetter.ofGone(PLACE, reason);
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
    assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("7");
    assertThat(header(letter, DeadLetterHeaders.OMITTED)).contains("gone");
    assertThat(letter.headers().lastHeader(DeadLetterHeaders.LAST_OFFSET)).isNull();
  }

  @Test
  void shouldNameTheRangeThatItStandsFor() {
    var letter = DeadLetter.ofRange(PLACE, 70_000, reason);
    assertThat(header(letter, DeadLetterHeaders.PARTITION)).isEqualTo("2");
    assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("7");
    assertThat(header(letter, DeadLetterHeaders.LAST_OFFSET)).isEqualTo("70000");
    assertThat(header(letter, DeadLetterHeaders.ERROR_CLASS)).isEqualTo("SourceRecordGone");
    assertThat(header(letter, DeadLetterHeaders.OMITTED)).contains("gone");
  }

  @Test
  void shouldSayItInTheHeadersOfKafkaStreamsToo() {
    var headers = new RecordHeaders().add("__streams.errors.offset", new byte[] {'9'});
    var letter = letter(new byte[1], (RecordHeaders) headers, 8192);
    assertThat(header(letter, "__streams.errors.exception")).isEqualTo("SourceRecordGone");
    assertThat(header(letter, "__streams.errors.message")).isEqualTo("cut");
    assertThat(header(letter, "__streams.errors.topic")).isEqualTo("in");
    assertThat(header(letter, "__streams.errors.partition")).isEqualTo("2");
    assertThat(header(letter, "__streams.errors.offset")).isEqualTo("7");
    assertThat(letter.headers().headers("__streams.errors.offset")).hasSize(1);
  }

  private DeadLetter letter(byte[] value, RecordHeaders headers, long limit) {
    return DeadLetter.of(PLACE, reason, KEY, value, headers, limit);
  }

  @Test
  void shouldKeepWhatFitsAndLeaveTheValueOutFirst() {
    var headers = new RecordHeaders().add("mine", new byte[100]);
    var whole = letter(new byte[5000], (RecordHeaders) headers, 8192);
    assertThat(whole.value()).hasSize(5000);
    assertThat(whole.headers().lastHeader(DeadLetterHeaders.OMITTED)).isNull();

    var withoutValue = letter(new byte[9000], (RecordHeaders) headers, 8192);
    assertThat(withoutValue.value()).isNull();
    assertThat(withoutValue.key()).isEqualTo(KEY);
    assertThat(withoutValue.headers().lastHeader("mine")).isNotNull();
    assertThat(header(withoutValue, DeadLetterHeaders.OMITTED)).isEqualTo("value of 9000 bytes");

    headers.add("large", new byte[9000]);
    var bare = letter(new byte[9000], (RecordHeaders) headers, 8192);
    assertThat(bare.key()).isNull();
    assertThat(bare.headers().lastHeader("mine")).isNull();
    assertThat(header(bare, DeadLetterHeaders.OMITTED))
        .isEqualTo("key, headers, and value of 9000 bytes");
    assertThat(bare.headers().headers(DeadLetterHeaders.OMITTED)).hasSize(1);
  }

  @Test
  void shouldLeaveOutMoreHeadersThanALetterHas() {
    var headers = new RecordHeaders();
    for (int i = 0; i <= DeadLetter.MOST_HEADERS; i++) {
      headers.add("", null);
    }
    var letter = letter(new byte[1], headers, Integer.MAX_VALUE);
    assertThat(letter.headers().toArray()).hasSizeLessThan(15);
    assertThat(header(letter, DeadLetterHeaders.OMITTED)).startsWith("key, headers");
  }

  @Test
  void shouldFitTheSmallestTopicWhateverTheReason() {
    var loud = new Reason("Loud", "\uD83D\uDE00\u20AC".repeat(100_000), "decode");
    var letter = DeadLetter.of(PLACE, loud, null, null, new RecordHeaders(), 8192);
    assertThat(RecordSize.of(letter.key(), letter.value(), letter.headers()))
        .isLessThanOrEqualTo(DeadLetter.LEAST_LIMIT);
  }

  @Test
  void shouldWriteOnePrintableLineAsItsMessage() {
    var forged =
        new Reason("Forged", "x\n12:00 ERROR \u001B[31mred\u202Eder\u2028\uD800", "decode");
    assertThat(header(DeadLetter.ofGone(PLACE, forged), DeadLetterHeaders.MESSAGE))
        .isEqualTo("x?12:00 ERROR ?[31mred?der??");
  }

  private static String header(DeadLetter letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
