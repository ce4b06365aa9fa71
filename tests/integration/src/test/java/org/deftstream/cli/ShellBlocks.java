package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The program's command lines on a page: those of its {@code ```sh} blocks that begin with {@code
 * deftstream} or {@code ./deftstream}. Of the shell it understands what such a page needs: lines
 * that go on after a backslash, comments, quotes, variables that the page has set before, and a
 * {@code for} loop over words. What else it meets in such a line it refuses, so that no command
 * goes unread.
 */
final class ShellBlocks {
  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_]\\w*)=(.*)");
  private static final Pattern LOOP = Pattern.compile("for (\\w+) in (.+); do");
  private static final Pattern PROGRAM = Pattern.compile("(\\./)?deftstream(\\s.*|$)");

  private final Path page;
  private final List<Command> commands = new ArrayList<>();
  private final Map<String, String> variables = new HashMap<>();
  private List<Line> loop;
  private String loopVariable;
  private List<String> loopValues = List.of();

  /**
   * One command of a page.
   *
   * @param number the line on which it begins, from 1
   * @param arguments what the program gets
   */
  record Command(Path page, int number, List<String> arguments) {
    /** The value that follows an option, or null. */
    String value(String option) {
      int at = arguments.indexOf(option);
      return at < 0 || at + 1 == arguments.size() ? null : arguments.get(at + 1);
    }

    /** The values that follow an option wherever it is repeated. */
    List<String> values(String option) {
      var values = new ArrayList<String>();
      for (int i = 0; i + 1 < arguments.size(); i++) {
        if (arguments.get(i).equals(option)) {
          values.add(arguments.get(i + 1));
        }
      }
      return values;
    }

    @Override
    public String toString() {
      return page + ":" + number + ": deftstream " + String.join(" ", arguments);
    }
  }

  private record Line(int number, String text) {}

  private ShellBlocks(Path page) {
    this.page = page;
  }

  /** The commands of a page, in its order. */
  static List<Command> read(Path page) throws IOException {
    return read(page, Files.readString(page));
  }

  static List<Command> read(Path page, String text) {
    var blocks = new ShellBlocks(page);
    boolean inside = false;
    int number = 0;
    Line begun = null;
    for (String raw : text.lines().toList()) {
      number++;
      if (raw.startsWith("```")) {
        inside = raw.equals("```sh");
      } else if (inside) {
        var line =
            begun == null
                ? new Line(number, raw.strip())
                : new Line(begun.number, begun.text + raw.strip());
        boolean goesOn = raw.endsWith("\\");
        begun =
            goesOn ? new Line(line.number, line.text.substring(0, line.text.length() - 1)) : null;
        if (!goesOn) {
          blocks.take(line);
        }
      }
    }
    return blocks.commands;
  }

  private void take(Line line) {
    var start = LOOP.matcher(line.text);
    if (start.matches()) {
      loop = new ArrayList<>();
      loopVariable = start.group(1);
      loopValues = words(new Line(line.number, start.group(2)));
    } else if (loop != null && line.text.equals("done")) {
      var body = loop;
      loop = null;
      for (String value : loopValues) {
        variables.put(loopVariable, value);
        body.forEach(this::run);
      }
    } else if (loop != null) {
      loop.add(line);
    } else {
      run(line);
    }
  }

  private void run(Line line) {
    var assignment = ASSIGNMENT.matcher(line.text);
    if (assignment.matches()) {
      var value = assignment.group(2);
      boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
      variables.put(assignment.group(1), quoted ? value.substring(1, value.length() - 1) : value);
    } else if (PROGRAM.matcher(line.text).matches()) {
      var words = words(line);
      commands.add(new Command(page, line.number, words.subList(1, words.size())));
    }
  }

  /** Splits as a shell does. */
  private List<String> words(Line line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    String text = line.text;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && c == '#' && !begun) {
        break;
      }
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        begun = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
        }
        word.setLength(0);
        begun = false;
      } else if (c == '$' && quote != '\'') {
        int end = i + 1;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
          end++;
        }
        String value = value(line, text.substring(i + 1, end));
        i = end - 1;
        if (quote == 0) {
          var parts = value.strip().split("\\s+");
          for (int k = 0; k < parts.length; k++) {
            word.append(parts[k]);
            if (k + 1 < parts.length) {
              words.add(word.toString());
              word.setLength(0);
            }
          }
        } else {
          word.append(value);
        }
        begun = true;
      } else if (quote == 0 && "|&;<>`()*?~".indexOf(c) >= 0) {
        throw refusal(line, "'" + c + "' is more of a shell than this test understands");
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != 0) {
      throw refusal(line, "the quote " + quote + " does not end");
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }

  private String value(Line line, String name) {
    if (!variables.containsKey(name)) {
      throw refusal(line, "the page has not set $" + name);
    }
    return variables.get(name);
  }

  private IllegalArgumentException refusal(Line line, String what) {
    return new IllegalArgumentException(page + ":" + line.number + ": " + what);
  }
}
