package org.deftstream.deft.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that mean harm, made by hand, and sound files with bytes changed: each is read as numbers
 * or refused in one line. {@code -Ddeftstream.fuzz.checkpoints=100000} tries more of the latter.
 */
@Timeout(900) // a hang is a failure, not an endless build
class HostileCheckpointsTest {
  private static final int MUTATIONS = Integer.getInteger("deftstream.fuzz.checkpoints", 10_000);
  private static final byte[] FOUR = new byte[16];

  @TempDir private Path folder;

  private static Map<String, PickleText> pickles() {
    var all = new LinkedHashMap<String, PickleText>();
    all.put(
        "os.system", new PickleText().global("os", "system").text("touch /tmp/x").ops("\u0085R."));
    all.put("posix.system", new PickleText().global("posix", "system").ops(")R."));
    all.put("builtins.eval", new PickleText().global("builtins", "eval").ops(")R."));
    all.put("builtins.getattr", new PickleText().global("builtins", "getattr").ops(")R."));
    all.put("torch.hub.load", new PickleText().global("torch.hub", "load").ops(")R."));
    all.put("torch.load", new PickleText().global("torch", "load.x").ops(")R."));
    all.put(
        "numpy.testing",
        new PickleText().global("numpy.testing._private.utils", "runstring").ops("."));
    all.put("java.lang", new PickleText().global("java.lang.Runtime", "getRuntime").ops(")R."));
    all.put(
        "_load_from_bytes",
        new PickleText().global("torch.storage", "_load_from_bytes").ops(")R."));
    all.put("names os.system", new PickleText().text("os").text("system").op(0x93).ops(")R."));
    all.put("no text", new PickleText().integer(1).integer(2).op(0x93).ops("."));
    all.put("0x69", new PickleText().ops("(ios\nsystem\n."));
    all.put("0x6f", new PickleText().ops("(").global("collections", "OrderedDict").ops("o."));
    all.put("0x82", new PickleText().op(0x82).op(7).ops("."));
    all.put("0x83", new PickleText().op(0x83).number(7, 2).ops("."));
    all.put("0x84", new PickleText().op(0x84).number(7, 4).ops("."));
    all.put("0x50", new PickleText().ops("Phello\n."));
    all.put("0x32", new PickleText().ops("]2a2a2a."));
    all.put("0x8b", new PickleText().op(0x8b).number(Integer.MAX_VALUE, 4).ops("."));
    all.put("0x96", new PickleText().op(0x96).number(Long.MAX_VALUE, 8).ops("."));
    all.put(
        "0x92", new PickleText().global("collections", "OrderedDict").ops(")}").op(0x92).ops("."));
    all.put("claims a text", new PickleText().ops("X").number(0xffffffffL, 4).ops("."));
    all.put(
        "claims 9223372036854775807 bytes", new PickleText().op(0x8e).number(Long.MAX_VALUE, 8));
    all.put("protocol 0", new PickleText().op(0x80).op(0).ops("."));
    all.put("damaged", new PickleText().ops("0000."));
    all.put("is damaged", new PickleText().ops("}h\u0007s."));
    all.put("no text or whole number", new PickleText().ops("}q\u0000h\u0000h\u0000s."));
    all.put("given to no object", new PickleText().ops("]}b."));
    all.put("no function", new PickleText().text("x").ops(")R."));
    all.put("no dictionary", new PickleText().ops("]NNs."));
    all.put("ends in the middle", new PickleText().ops("]q"));
    all.put("without end", new PickleText().ops("c" + "a".repeat(5000)));
    all.put("more than 2000000 operations", new PickleText().ops("]".repeat(3_000_000)));
    all.put("no weights", new PickleText().ops("]q\u0000h\u0000a."));
    all.put("it has a list of 9", new PickleText().ops("]q\u0000" + "(h\u0000e".repeat(9) + "."));
    all.put("not weights, an empty dictionary", new PickleText().ops("}."));
    all.put("refers to", new PickleText().text("x").ops("Q."));
    all.put("from 0 to 5", PickleText.tensor(4, 0, new int[] {5}, new int[] {1}));
    all.put("from 3 to 5", PickleText.tensor(4, 3, new int[] {2}, new int[] {1}));
    all.put(
        "side of 2147483647",
        PickleText.tensor(4, 0, new int[] {Integer.MAX_VALUE}, new int[] {0}));
    all.put("from 0 to 100", PickleText.tensor(4, 0, new int[] {2, 2}, new int[] {98, 1}));
    all.put("stride of -1", PickleText.tensor(4, 3, new int[] {4}, new int[] {-1}));
    all.put("side of -4", PickleText.tensor(4, 0, new int[] {-4}, new int[] {1}));
    all.put("from -1", PickleText.tensor(4, -1, new int[] {2}, new int[] {1}));
    all.put("1 sides and 2 strides", PickleText.tensor(4, 0, new int[] {4}, new int[] {1, 1}));
    all.put("has 40 sides", PickleText.tensor(4, 0, new int[40], new int[40]));
    all.put(
        "2147483647 values needs",
        PickleText.tensor(Integer.MAX_VALUE, 0, new int[] {4}, new int[] {1}));
    all.put("claims -4 values", PickleText.tensor(-4, 0, new int[] {4}, new int[] {1}));
    return all;
  }

  @Test
  void shouldRefuseWhatMeansHarmInOneLine() throws IOException {
    for (var entry : pickles().entrySet()) {
      byte[] pickle = entry.getValue().bytes();
      Path zip = Files.write(folder.resolve("hostile.pt"), Fixtures.zip(pickle, FOUR));
      Path plain = Files.write(folder.resolve("hostile.pkl"), pickle);
      String words = entry.getKey().replaceFirst("^(names|not weights,) ", "");

      assertThatThrownBy(() -> readAll(zip, false))
          .as(entry.getKey())
          .isInstanceOf(UserError.class)
          .hasMessageContaining(zip.toString())
          .hasMessageContaining(words)
          .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(600));
      assertThatThrownBy(() -> readAll(plain, true))
          .as(entry.getKey())
          .isInstanceOf(UserError.class);
    }
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void shouldRefuseZipFilesThatTorchNeverWrites() throws IOException {
    byte[] sound = PickleText.tensor(4, 0, new int[] {4}, new int[] {1}).bytes();
    var compressed = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(compressed)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(new byte[100_000_000]);
      zip.closeEntry();
    }
    var twice = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(twice)) {
      Fixtures.stored(zip, "a/data.pkl", sound);
      Fixtures.stored(zip, "b/data.pkl", sound);
    }
    byte[] whole = Fixtures.zip(sound, FOUR);
    byte[] directory = whole.clone();
    Arrays.fill(directory, directory.length - 10, directory.length - 6, (byte) 0x7f);

    refused(compressed.toByteArray(), "compressed");
    refused(twice.toByteArray(), "more than one data.pkl");
    refused(Fixtures.zip(sound, new byte[12]), "needs 16 bytes and has 12");
    refused(Arrays.copyOf(whole, whole.length - 1), "cut");
    refused(directory, "list of entries");
  }

  private void refused(byte[] file, String words) throws IOException {
    Path path = Files.write(folder.resolve("hostile.zip"), file);
    assertThatThrownBy(() -> readAll(path, false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(words);
  }

  @Test
  void shouldReadOrRefuseEveryChangedFile() throws IOException {
    var random = new Random(22);
    String[] names = {"zip.pt", "legacy.pt", "training-zip.pt", "training-legacy.pt", "list.ckpt"};
    var outcomes = new TreeMap<String, Integer>();
    for (int i = 0; i < MUTATIONS; i++) {
      String name = names[i % names.length];
      byte[] bytes = changed(Files.readAllBytes(Fixtures.path("containers/" + name)), random);
      Path file = Files.write(folder.resolve("changed-" + name), bytes);
      outcomes.merge(outcome(file, random.nextBoolean()), 1, Integer::sum);
    }
    System.out.println(MUTATIONS + " changed checkpoints: " + outcomes + ", nothing else");
    assertThat(outcomes).containsOnlyKeys("read", "refused in one line");
  }

  private static byte[] changed(byte[] bytes, Random random) {
    int changes = 1 << random.nextInt(6);
    for (int c = 0; c < changes; c++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = new byte[] {0, -1, 0x7f, '.', '(', 'R', 'h', 'c'}[random.nextInt(8)];
        case 3 -> {
          int from = random.nextInt(bytes.length);
          int count = Math.min(random.nextInt(32), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, count);
        }
        default -> bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
      }
    }
    return bytes;
  }

  private static String outcome(Path file, boolean modules) {
    try {
      readAll(file, modules);
      return "read";
    } catch (UserError e) {
      assertThat(e.getMessage()).doesNotContain("\n").contains(file.toString());
      return "refused in one line";
    } catch (UncheckedIOException e) {
      return "refused in one line";
    } catch (RuntimeException e) {
      throw new AssertionError(file + " is answered with " + e, e);
    }
  }

  private static void readAll(Path file, boolean modules) {
    try (var checkpoint = Checkpoint.open(file, modules)) {
      checkpoint.weights(null).values().forEach(tensor -> tensor.read());
    }
  }
}
