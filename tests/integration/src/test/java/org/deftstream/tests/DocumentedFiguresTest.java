package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents say in words is what the tables say that commands have printed. */
class DocumentedFiguresTest {
  private static final Path DOCS = Path.of("..", "..", "docs");
  private static final Pattern HELD =
      Pattern.compile(
          "Held under (\\d+)\\s+`kill -9`, (\\d+) rebalances, (\\d+) outages of brokers and"
              + " registry");
  private static final Pattern REGISTRY =
      Pattern.compile("http://(?:localhost|127\\.0\\.0\\.1):8081[^\\s\"`)]*");

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }

  /** The cells of the lines of a table that begin with a text. */
  private static List<String[]> rows(String text, String beginning) {
    List<String[]> rows = new ArrayList<>();
    text.lines()
        .filter(line -> line.startsWith("| " + beginning))
        .forEach(line -> rows.add(line.substring(2).split(" *\\| *")));
    return rows;
  }

  private static int number(List<String[]> rows, int column) {
    return rows.stream().mapToInt(cells -> Integer.parseInt(cells[column])).sum();
  }

  @Test
  void shouldPromiseInTheReadmeWhatTheFaultsHaveShown() throws IOException {
    var readme = text(Path.of("..", "..", "README.md"));
    var faults = text(DOCS.resolve("benchmarks/faults.md"));
    var held = HELD.matcher(readme);
    assertThat(held.find()).isTrue();
    assertThat(Integer.parseInt(held.group(1))).isEqualTo(number(rows(faults, "kill -9 of an"), 1));
    assertThat(Integer.parseInt(held.group(2))).isEqualTo(number(rows(faults, "rebalance"), 1));
    int outages =
        number(rows(faults, "restart of a broker"), 1)
            + number(rows(faults, "loss of a leader"), 1)
            + number(rows(faults, "outage of the registry"), 1);
    assertThat(Integer.parseInt(held.group(3))).isEqualTo(outages);
    assertThat(readme).contains("a million records");
    assertThat(faults).contains("| 100000 | 1000000 | 1100000 | 100000 | 1000000 | 0 |");
    for (var cells : rows(faults, "kill -9 of an")) {
      assertThat(cells[6]).as("lost").isEqualTo("0");
      assertThat(cells[7]).as("duplicated").isEqualTo("0");
    }
  }

  /** The registry that the program brings answers Confluent's clients under a path of its own. */
  @Test
  void shouldNameTheRegistryWithTheAddressThatAnswers() throws IOException {
    int found = 0;
    try (var pages = Files.walk(DOCS)) {
      for (var page : pages.filter(each -> each.toString().endsWith(".md")).toList()) {
        found += addresses(page);
      }
    }
    found += addresses(Path.of("..", "..", "README.md"));
    assertThat(found).isPositive();
  }

  private static int addresses(Path page) throws IOException {
    var all = REGISTRY.matcher(text(page)).results().map(each -> each.group()).toList();
    assertThat(all)
        .as("%s", page)
        .allMatch(each -> each.startsWith("http", 0) && each.contains(":8081/apis/ccompat/v7"));
    return all.size();
  }

  /** How far DiffPIR's own noise level takes it, as the page of the claims says. */
  @Test
  void shouldSayWhatTuningIsWorthToTheRival() throws IOException {
    var tuning = text(DOCS.resolve("benchmarks/tuning.md"));
    double without = psnr(tuning, "DiffPIR lambda=1 noiseLevel=0.5");
    double with = psnr(tuning, "DiffPIR lambda=1 noiseLevel=1");
    assertThat(text(DOCS.resolve("benchmarks/README.md")))
        .contains("its noise level alone is worth %.1f dB".formatted(with - without));
  }

  /** The PSNR in a row's fifth cell, before its interval. */
  private static double psnr(String text, String row) {
    return Double.parseDouble(rows(text, row + " |").get(0)[4].replaceFirst(" .*", ""));
  }
}
