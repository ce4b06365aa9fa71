package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;

class FileReportTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter error = new StringWriter();

  private void finish(FileReport report, boolean json) {
    report.finish(json, new PrintWriter(out, true), new PrintWriter(error, true));
  }

  @Test
  void shouldSayWhatWasDone() {
    var report = new FileReport("sent");
    report.done();
    report.known();
    finish(report, false);
    assertThat(out.toString().strip()).isEqualTo("1 sent, 1 before");
    assertThat(error.toString()).isEmpty();
  }

  @Test
  void shouldNameAFileOnce() {
    var report = new FileReport("sent");
    report.failed("a.md", "a.md: is of no format that is read");
    report.failed("in/b.md", "/scans/in/b.md: is of no format that is read");
    report.failed("c.md", "the array ac.md: is empty");
    assertThatThrownBy(() -> finish(report, false)).isInstanceOf(UserError.class);
    assertThat(error.toString().lines())
        .containsExactly(
            "failed: a.md: is of no format that is read",
            "failed: c.md: the array ac.md: is empty",
            "failed: in/b.md: is of no format that is read");
  }

  /** A name in a header or a record is what somebody wrote there. */
  @Test
  void shouldPrintALineForWhateverTheNameIs() {
    var report = new FileReport("received");
    report.missing("a.dcm\nmissing: b.dcm\u001b[2J");
    report.failed("c\r.dcm", "x".repeat(5000) + "\nfailed: d.dcm");
    assertThatThrownBy(() -> finish(report, false))
        .isInstanceOf(UserError.class)
        .hasMessage("0 received; 1 failed, 1 missing: c?.dcm; a.dcm?missing: b.dcm?[2J");
    assertThat(error.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.length() < 1100 && line.chars().noneMatch(Character::isISOControl));
    assertThatThrownBy(() -> finish(report, true)).isInstanceOf(UserError.class);
    assertThat(out.toString().lines().toList().get(1)).contains("c\\r.dcm");
  }
}
