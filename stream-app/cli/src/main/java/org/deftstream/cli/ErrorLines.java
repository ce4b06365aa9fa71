package org.deftstream.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A stream that hands on what is printed line by line: with JSON in the log, whatever anybody
 * prints to standard error becomes a document too. Thread-safe behind a {@link PrintStream}.
 */
final class ErrorLines extends OutputStream {
  private static final int LONGEST = 64 << 10;

  private final Consumer<String> lines;
  private final byte[] line = new byte[LONGEST];
  private int length;

  private ErrorLines(Consumer<String> lines) {
    this.lines = lines;
  }

  /** A stream of UTF-8 text. */
  static PrintStream to(Consumer<String> lines) {
    return new PrintStream(new ErrorLines(lines), true, StandardCharsets.UTF_8);
  }

  /** What is written goes to standard error as it is at that moment. */
  static Writer current() {
    return new Writer() {
      @Override
      public void write(char[] text, int offset, int count) {
        System.err.print(new String(text, offset, count));
      }

      @Override
      public void flush() {
        System.err.flush();
      }

      @Override
      public void close() {
        flush();
      }
    };
  }

  @Override
  public synchronized void write(int each) {
    // A line of progress begins anew with a carriage return.
    if (each == '\n' || each == '\r') {
      end();
    } else {
      line[length++] = (byte) each;
      if (length == LONGEST) {
        end();
      }
    }
  }

  private void end() {
    var text = new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing();
    length = 0;
    if (!text.isEmpty()) {
      lines.accept(text);
    }
  }
}
