package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.image.IntensityScale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFilesTest {
  @TempDir private Path directory;

  @Test
  void shouldGiveAnswersTheNamesAndFormatsOfTheirFiles() throws IOException {
    var results = open(null);
    results.add(result("1", "a/scan.png", "png", 0, 1));
    results.add(result("2", "IM001", "dicom", 0, 1));
    results.add(result("3", "photo.jpg", "jpeg", 0, 1));
    results.add(result("4", "raw.mat", "matlab", 0, 1));

    assertThat(files())
        .containsExactly(
            "IM001-deviation.dcm",
            "IM001.dcm",
            "a/scan-deviation.png",
            "a/scan.png",
            "photo-deviation.png",
            "photo.png",
            "raw-deviation.npy",
            "raw.npy");
  }

  @Test
  void shouldNotWriteOverTheAnswerToAnother() throws IOException {
    var results = open("npy");
    results.add(result("aa11", "scan.png", "png", 0, 1));
    results.add(result("bb22", "scan.tif", "tiff", 0, 1));

    assertThat(files()).contains("scan.npy", "scan-bb22.npy");
  }

  /** Slices come in any order, some twice; the volume is written when all are there. */
  @Test
  void shouldPutAVolumeTogether() throws IOException {
    var results = open(null);
    results.add(result("c", "brain.nii.gz", "nifti", 2, 3));
    results.add(result("a", "brain.nii.gz", "nifti", 0, 3));
    results.add(result("a", "brain.nii.gz", "nifti", 0, 3));
    assertThat(files()).isEmpty();
    assertThat(results.unfinished()).containsExactly("brain.nii.gz");

    results.add(result("b", "brain.nii.gz", "nifti", 1, 3));

    assertThat(files()).containsExactly("brain-deviation.nii.gz", "brain.nii.gz");
    var back = ImageFormats.read(directory.resolve("brain.nii.gz"), ReadOptions.STANDARD).samples();
    assertThat(back).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(back.get(i).values().values()[0]).isEqualTo(i);
    }
  }

  @Test
  void shouldGoOnWhereItWasCut() throws IOException {
    var results = open(null);
    results.add(result("1", "a.png", "png", 0, 1));
    results.add(result("2", "b.png", "png", 0, 1));
    Files.delete(directory.resolve("b.png"));

    var later = open(null);

    assertThat(later.known("1")).isTrue();
    assertThat(later.known("2")).as("its file was deleted").isFalse();
    later.add(result("9", "a.png", "png", 0, 1));
    assertThat(files()).contains("a.png", "a-9.png");
  }

  @Test
  void shouldBoundWhatWaits() {
    var results = new ResultFiles(directory, null, "task", 100);

    assertThatThrownBy(() -> results.add(result("a", "brain.nii", "nifti", 0, 2)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--max-answer-mib");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../out",
        "/etc/passwd",
        "a/../../b",
        "",
        " ",
        "a\\b",
        "c:x",
        "a\nb",
        ".hidden",
        "a/./b",
        "a//b"
      })
  void shouldTakeNoNameThatLeadsElsewhere(String file) {
    var named = Map.of("file", file, "format", "png", "slice", "0", "slices", "1");

    assertThat(Source.of(named)).isEmpty();
  }

  @Test
  void shouldTakeItsOwnNames() {
    var source = new Source("deep/er/scan 1.nii.gz", "nifti", 3, 7);

    assertThat(Source.of(source.identifiers())).contains(source);
  }

  private ResultFiles open(String format) {
    return new ResultFiles(directory, format, "some task", 1 << 20);
  }

  private static ResultFiles.Result result(
      String id, String file, String format, int slice, int slices) {
    var values = new float[6 * 5];
    values[0] = slice;
    var image =
        new Sample(
            NumericArray.of(values, 6, 5),
            "HU",
            Optional.of(IntensityScale.window(0, 255, "HU")),
            Geometry.UNKNOWN,
            Map.of());
    return new ResultFiles.Result(
        id, new Source(file, format, slice, slices), image, Optional.of(image));
  }

  private Set<String> files() throws IOException {
    try (var all = Files.walk(directory)) {
      var names = new TreeSet<String>();
      all.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .filter(name -> !name.startsWith("."))
          .forEach(names::add);
      return names;
    }
  }
}
