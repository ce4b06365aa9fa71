package org.deftstream.stream.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.stream.ledger.RejectedRecordException;
import org.deftstream.stream.ledger.RejectedRecordException.Stage;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private final RejectedRecordException reason =
      new RejectedRecordException(Stage.ADMIT, "SourceRecordGone", "cut");

  @Test
  void shouldSayThatNothingIsLeftOfARecordThatIsGone() {
    var letter = DeadLetter.of("in", 2, 7, null, reason, 1000);
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
    assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("7");
    assertThat(header(letter, DeadLetterHeaders.OMITTED)).contains("gone");
    assertThat(letter.headers().lastHeader(DeadLetterHeaders.LAST_OFFSET)).isNull();
  }

  @Test
  void shouldNameTheRangeThatItStandsFor() {
    var letter = DeadLetter.ofRange("in", 2, 7, 70_000, reason);
    assertThat(header(letter, DeadLetterHeaders.PARTITION)).isEqualTo("2");
    assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("7");
    assertThat(header(letter, DeadLetterHeaders.LAST_OFFSET)).isEqualTo("70000");
    assertThat(header(letter, DeadLetterHeaders.ERROR_CLASS)).isEqualTo("SourceRecordGone");
    assertThat(header(letter, DeadLetterHeaders.OMITTED)).contains("gone");
  }

  private static String header(DeadLetter letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
