package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheDirectoryTest {
  @TempDir Path directory;
  private Path cache;
  private Map<String, URL> files;

  @BeforeEach
  void prepare() throws Exception {
    cache = directory.resolve("cache/libraries");
    files = new LinkedHashMap<>();
    for (String name : new String[] {"a.so", "b.so"}) {
      Path source = Files.writeString(directory.resolve(name), "the library " + name);
      files.put(name, source.toUri().toURL());
    }
  }

  @Test
  void shouldUnpackSoThatOthersMayRead() throws Exception {
    CacheDirectory.unpack(files, cache);
    assertThat(cache.resolve("a.so")).hasContent("the library a.so");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.resolve("a.so"))))
        .isEqualTo(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("a.so"))));
  }

  @Test
  void shouldWriteNothingWhereEverythingIsThere() throws Exception {
    CacheDirectory.unpack(files, cache);
    Files.delete(cache.resolve(".lock"));
    CacheDirectory.unpack(files, cache);
    try (var left = Files.list(cache)) {
      assertThat(left.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("a.so", "b.so");
    }
  }

  @Test
  void shouldMendWhatWasCutOrCleanedAway() throws Exception {
    CacheDirectory.unpack(files, cache);
    Files.writeString(cache.resolve("a.so"), "the li");
    Files.delete(cache.resolve("b.so"));
    CacheDirectory.unpack(files, cache);
    assertThat(cache.resolve("a.so")).hasContent("the library a.so");
    assertThat(cache.resolve("b.so")).hasContent("the library b.so");
  }

  @Test
  void shouldUnpackWhereTheLockIsOutOfReach() throws Exception {
    Files.createDirectories(cache.resolve(".lock"));
    CacheDirectory.unpack(files, cache);
    assertThat(cache.resolve("b.so")).hasContent("the library b.so");
  }

  @Test
  void shouldLeaveNothingHalfWritten() throws Exception {
    files.put("c.so", directory.resolve("absent").toUri().toURL());
    assertThatThrownBy(() -> CacheDirectory.unpack(files, cache)).isInstanceOf(IOException.class);
    try (var left = Files.list(cache)) {
      assertThat(left.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("a.so", "b.so", ".lock");
    }
  }

  @Test
  void shouldSayWhyACacheCannotBeMade() throws Exception {
    Path file = Files.writeString(directory.resolve("cache"), "a file in the way");
    assertThatThrownBy(() -> CacheDirectory.unpack(files, cache))
        .isInstanceOfSatisfying(
            IOException.class,
            e ->
                assertThat(CacheDirectory.cannot("unpack", e))
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("DEFTSTREAM_CACHE"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "", "relative/home"})
  void shouldNotWriteWhereThereIsNoHome(String home) {
    assertThatThrownBy(() -> CacheDirectory.get(null, home))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("DEFTSTREAM_CACHE");
    assertThatThrownBy(() -> CacheDirectory.get(" ", home)).isInstanceOf(UserError.class);
    assertThat(CacheDirectory.get("/somewhere", home)).isEqualTo(Path.of("/somewhere"));
    assertThat(CacheDirectory.get(null, "/home/a")).isEqualTo(Path.of("/home/a/.cache/deftstream"));
  }
}
