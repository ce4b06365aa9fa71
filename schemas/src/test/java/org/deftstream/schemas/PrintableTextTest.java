package org.deftstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTextTest {
  @Test
  void shouldLeaveOrdinaryTextAsItIs() {
    assertThat(PrintableText.line("Gr\u00FC\u00DFe, \u65E5\u672C \uD83D\uDE00", 100))
        .isEqualTo("Gr\u00FC\u00DFe, \u65E5\u672C \uD83D\uDE00");
    assertThat(PrintableText.line(null, 10)).isEqualTo("null");
  }

  @Test
  void shouldReplaceWhatSteersALogOrATerminal() {
    assertThat(PrintableText.line("a\r\nb\u001B[2J\u0085\u2028\u202E\uDC00c", 100))
        .isEqualTo("a??b?[2J????c");
  }

  @Test
  void shouldCutWithoutCuttingACharacter() {
    assertThat(PrintableText.line("abc\uD83D\uDE00def", 4)).isEqualTo("abc ...");
    assertThat(PrintableText.line("abcd", 4)).isEqualTo("abcd");
  }
}
