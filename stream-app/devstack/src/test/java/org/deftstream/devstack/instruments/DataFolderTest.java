package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFolderTest {
  private static final byte[] FIRST = "what an instrument wrote".getBytes(StandardCharsets.UTF_8);
  private static final byte[] SECOND = new byte[100_000];

  @TempDir Path directory;
  private Path data;

  @BeforeEach
  void makeFolder() throws IOException {
    data = Files.createDirectories(directory.resolve("data/nose"));
    Files.createDirectory(directory.resolve("work"));
    for (int i = 0; i < SECOND.length; i++) {
      SECOND[i] = (byte) (i * 31 + i / 256);
    }
  }

  @Test
  void shouldFindFilesThatArePlain() throws IOException {
    put("first.bin", FIRST);
    put("second.bin", SECOND);

    assertThat(files(find("all.zip")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "first.bin", data.resolve("first.bin"), "second.bin", data.resolve("second.bin")));
  }

  @Test
  void shouldTakeThemOutOfAnArchiveWhateverItsFoldersAre() throws IOException {
    put("all.zip", zip(Map.of("a/first.bin", FIRST, "second.bin", SECOND, "c/third", FIRST)));
    var files = files(find("all.zip"));
    assertThat(files.get("first.bin")).hasBinaryContent(FIRST);
    assertThat(files.get("second.bin")).hasBinaryContent(SECOND);
    assertThat(files.get("second.bin").getParent().toFile().list()).hasSize(2);
  }

  @Test
  void shouldTakeThemOutOfATarArchive() throws IOException {
    put("all.tgz", tar(Map.of("a/b/first.bin", FIRST, "../second.bin", SECOND)));
    var files = files(find("all.tgz"));
    assertThat(files.get("first.bin")).hasBinaryContent(FIRST);
    assertThat(files.get("second.bin")).hasBinaryContent(SECOND);
    assertThat(directory.resolve("work/second.bin")).doesNotExist();
  }

  @Test
  void shouldTakeAPlainFileBeforeTheArchive() throws IOException {
    put("first.bin", FIRST);
    put("all.zip", zip(Map.of("first.bin", SECOND, "second.bin", SECOND)));

    assertThat(files(find("all.zip")).get("first.bin")).isEqualTo(data.resolve("first.bin"));
  }

  @Test
  void shouldSayWhatIsMissing() throws IOException {
    assertThat(line(find("all.zip")))
        .isEqualTo("nose: nose/first.bin and 1 more are not in " + data.getParent());
    put("first.bin", FIRST);
    assertThat(line(find("all.zip")))
        .isEqualTo("nose: nose/second.bin is not in " + data.getParent());
    assertThat(find("all.zip")).isInstanceOf(DataFolder.Missing.class);
  }

  @Test
  void shouldRefuseAnotherFile() throws IOException {
    put("first.bin", "what another one wrote..".getBytes(StandardCharsets.UTF_8));
    put("second.bin", SECOND);

    assertThat(find("all.zip")).isInstanceOf(DataFolder.Refused.class);
    assertThat(line(find("all.zip")))
        .startsWith("nose: " + data.resolve("first.bin") + " has the checksum ")
        .contains("not " + sha256(FIRST));
    put("first.bin", Arrays.copyOf(FIRST, 5));
    assertThat(line(find("all.zip"))).contains("has 5 bytes, not the 24 of the published file");
  }

  /** A member that unpacks to more is not written but for one byte. */
  @Test
  void shouldNotUnpackWithoutEnd() throws IOException {
    put("all.zip", zip(Map.of("first.bin", new byte[50_000_000], "second.bin", SECOND)));

    assertThat(line(find("all.zip"))).contains("first.bin has at least 25 bytes, not the 24");
    assertThat(directory.resolve("work/nose/first.bin")).hasSize(25);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all.zip", "all.tgz"})
  void shouldRefuseAnArchiveThatWasCut(String name) throws IOException {
    var members = Map.of("first.bin", FIRST, "second.bin", SECOND);
    byte[] whole = name.endsWith("zip") ? zip(members) : tar(members);
    put(name, Arrays.copyOf(whole, whole.length / 2));

    assertThat(find(name)).isInstanceOf(DataFolder.Refused.class);
    assertThat(line(find(name))).contains(name).doesNotContain("Exception", "\n");
  }

  @Test
  void shouldRefuseWhatIsNoArchiveAndNoFile() throws IOException {
    put("all.zip", FIRST);
    assertThat(line(find("all.zip"))).contains("neither a zip nor a tar.gz archive");
    Files.createDirectory(data.resolve("first.bin"));
    assertThat(line(find("other.zip"))).endsWith("first.bin is no file");
    Files.createDirectory(data.resolve("folder.zip"));
    Files.delete(data.resolve("first.bin"));
    assertThat(line(find("folder.zip"))).endsWith("folder.zip is no file");
  }

  @Test
  void shouldRefuseAFolderThatIsNone() throws IOException {
    put("first.bin", FIRST);
    assertThatThrownBy(() -> new DataFolder(data.resolve("first.bin"), directory))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is no directory");
    assertThatThrownBy(() -> new DataFolder(data.resolve("away"), directory))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("does not exist");
  }

  private DataFolder.Search find(String archive) {
    var files =
        List.of(
            new DataFile("nose/first.bin", "nose/" + archive, 24, sha256(FIRST), ""),
            new DataFile("nose/second.bin", "nose/" + archive, 100_000, sha256(SECOND), ""));
    return new DataFolder(data.getParent(), directory.resolve("work"))
        .find(new DataSet("nose", "A nose", "", "", "", "", files));
  }

  private static Map<String, Path> files(DataFolder.Search search) {
    assertThat(search).isInstanceOf(DataFolder.Found.class);
    return ((DataFolder.Found) search).files();
  }

  private static String line(DataFolder.Search search) {
    return search instanceof DataFolder.Missing missing
        ? missing.line()
        : ((DataFolder.Refused) search).line();
  }

  private void put(String name, byte[] content) throws IOException {
    Files.write(data.resolve(name), content);
  }

  private static byte[] zip(Map<String, byte[]> members) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var member : members.entrySet()) {
        zip.putNextEntry(new ZipEntry(member.getKey()));
        zip.write(member.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] tar(Map<String, byte[]> members) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (var member : members.entrySet()) {
        var entry = new TarArchiveEntry(member.getKey());
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
