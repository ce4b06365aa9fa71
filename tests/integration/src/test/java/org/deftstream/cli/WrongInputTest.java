package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Ordinary mistakes at the command line, a row each: one line on standard error that says what was
 * wrong, exit code 1 (or 2 for wrong usage), nothing on standard output. "unexpected" is for
 * mistakes of the program.
 */
class WrongInputTest {
  private static final Path MODELS = Path.of("..", "..", "deft", "models");

  @TempDir static Path directory;
  private static final TreeMap<String, String> NAMES = new TreeMap<>();

  @BeforeAll
  static void makeFiles() throws IOException {
    name("missing", directory.resolve("missing"));
    name("empty", Files.createDirectory(directory.resolve("empty")));
    // Nothing is written there, as some rows do into the other.
    name("bare", Files.createDirectory(directory.resolve("bare")));
    name("text", Files.writeString(directory.resolve("text"), "hello"));
    name("nothing", Files.createFile(directory.resolve("nothing")));
    name("array", Files.writeString(directory.resolve("array.json"), "[1]"));
    name("null", Files.writeString(directory.resolve("null.json"), "null"));
    name("object", Files.writeString(directory.resolve("object.json"), "{\"a\": 1}"));
    name("cut", Files.writeString(directory.resolve("cut.json"), "{\"a\": "));
    name("deep", Files.writeString(directory.resolve("deep.json"), "[".repeat(100_000)));
    byte[] bytes = new byte[5_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + 200);
    }
    name("binary", Files.write(directory.resolve("binary"), bytes));
    name("zip", Files.write(directory.resolve("broken.zip"), bytes));
    name("gz", Files.write(directory.resolve("images-idx3-ubyte.gz"), bytes));
    name(
        "utf16",
        Files.write(directory.resolve("utf16"), "a=b\n".getBytes(StandardCharsets.UTF_16)));
    var pictures = Files.createDirectory(directory.resolve("pictures"));
    Files.write(pictures.resolve("broken.png"), bytes);
    name("pictures", pictures);
    var images = Files.createDirectory(directory.resolve("images"));
    Files.write(images.resolve("grey.png"), Png.write(new GreyImage(32, 32, new float[32 * 32])));
    name("images", images);
    name("models", MODELS);
    name(
        "checkpoints",
        Path.of("..", "..", "deft", "checkpoints", "src/test/resources/checkpoints"));
    name("prior", MODELS.resolve("priors/fashion-32"));
    name("adapter", MODELS.resolve("adapters/fashion-32-inpaint"));
    try (var networks = Files.list(MODELS.resolve("networks"))) {
      name(
          "network",
          networks.filter(each -> each.toString().endsWith(".json")).sorted().findFirst().get());
    }
    NAMES.put("{kafka}", "--set=bootstrap.servers=127.0.0.1:1");
    NAMES.put("{registry}", "--set=schema.registry.url=http://127.0.0.1:1");
    NAMES.put("{short}", "--set=connect.timeout.ms=300");
    NAMES.put(
        "{nowhere}",
        "--set=bootstrap.servers=127.0.0.1:1 --set=schema.registry.url=http://127.0.0.1:1"
            + " --set=connect.timeout.ms=300");
  }

  private static void name(String name, Path file) {
    NAMES.put("{" + name + "}", file.toString());
  }

  private static String[] arguments(String line) {
    for (var each : NAMES.entrySet()) {
      line = line.replace(each.getKey(), each.getValue());
    }
    List<String> all = new ArrayList<>();
    for (var part : line.split(" ")) {
      // A blank within an argument is written as a tilde, an empty argument as two quotes.
      all.add(part.equals("\"\"") ? "" : part.replace('~', ' '));
    }
    return all.toArray(String[]::new);
  }

  @ParameterizedTest(name = "{0}")
  @CsvFileSource(resources = "wrong-inputs.csv", delimiter = '|', quoteCharacter = '\u0000')
  void shouldSayInOneLineWhatIsWrong(String line, int code, String part) {
    var out = new StringWriter();
    var err = new StringWriter();
    var standard = new ByteArrayOutputStream();
    PrintStream before = System.out;
    int exit;
    try (var captured = new PrintStream(standard, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      exit =
          Deftstream.commandLine()
              .setOut(new PrintWriter(out, true))
              .setErr(new PrintWriter(err, true))
              .execute(arguments(line));
    } finally {
      System.setOut(before);
    }
    // What it does is said before, a line a step.
    assertThat(err.toString()).doesNotContain("unexpected").doesNotContain("\tat ");
    var lines = err.toString().lines().toList();
    assertThat(lines).filteredOn(each -> each.startsWith("deftstream: ")).hasSize(1);
    assertThat(lines.get(lines.size() - 1))
        .startsWith("deftstream: ")
        .contains(part == null ? "" : part.strip());
    assertThat(exit).isEqualTo(code);
    assertThat(out.toString() + standard.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
