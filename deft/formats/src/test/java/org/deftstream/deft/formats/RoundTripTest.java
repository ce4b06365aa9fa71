package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.image.IntensityScale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again: the numbers, and the geometry where the format has one. */
class RoundTripTest {
  @TempDir private Path directory;

  static Stream<String> lossless() {
    return Stream.of("a.npy", "a.tif", "a.nii", "a.nii.gz", "a.h5", "a.cfl");
  }

  @ParameterizedTest
  @MethodSource("lossless")
  void shouldGiveBackEveryBitOfAVolume(String name) throws IOException {
    var slices = volume(3, 5, 7);
    write(name, slices);

    var back = read(name);

    assertThat(back.samples()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(real(back.samples().get(i).values())).isEqualTo(slices.get(i).values());
    }
  }

  @ParameterizedTest
  @MethodSource("lossless")
  void shouldGiveBackEveryBitOfOneImage(String name) throws IOException {
    var slices = volume(1, 4, 6);
    write(name, slices);

    var back = read(name);

    assertThat(back.samples()).hasSize(1);
    assertThat(real(back.samples().get(0).values())).isEqualTo(slices.get(0).values());
  }

  @ParameterizedTest
  @CsvSource({"a.nii,1e-5", "a.nii.gz,1e-5", "a.h5,0", "a.dcm,1e-9"})
  void shouldKeepWhereASliceLies(String name, double error) throws IOException {
    var slices = volume(name.endsWith("dcm") ? 1 : 3, 5, 7);
    write(name, slices);

    var back = read(name).samples();

    for (int i = 0; i < slices.size(); i++) {
      var expected = slices.get(i).geometry();
      var found = back.get(i).geometry();
      assertThat(found.spacing()).containsExactly(expected.spacing(), within(error));
      assertThat(found.position()).containsExactly(expected.position(), within(50 * error));
      assertThat(found.orientation()).containsExactly(expected.orientation(), within(error));
    }
  }

  @ParameterizedTest
  @CsvSource({"a.npy", "a.nii", "a.cfl"})
  void shouldKeepComplexNumbers(String name) throws IOException {
    var values = noise(2 * 5 * 7, 100);
    var image = Sample.of(new NumericArray(values, true, new int[] {5, 7}));
    write(name, List.of(image));

    var back =
        ImageFormats.read(
            directory.resolve(name),
            options().fitting(shape -> shape.length == 3 && shape[2] == 2));

    assertThat(back.samples().get(0).values()).isEqualTo(image.values());
  }

  @Test
  void shouldRoundDicomToLessThanAnEighthOfAHounsfieldUnit() throws IOException {
    var slice = volume(1, 64, 64).get(0);
    write("a.dcm", List.of(slice));

    var back = read("a.dcm").samples().get(0);

    assertThat(back.units()).isEqualTo("HU");
    for (int i = 0; i < slice.values().size(); i++) {
      assertThat(back.values().values()[i]).isCloseTo(slice.values().values()[i], within(0.0626f));
    }
    assertThat(back.geometry().identifiers())
        .containsEntry("PatientID", "Ünal^7")
        .containsEntry("StudyInstanceUID", "1.2.3.4")
        .containsEntry("FrameOfReferenceUID", "1.2.3.9");
    assertThat(back.geometry().identifiers().get("SeriesInstanceUID")).startsWith("2.25.");
  }

  @Test
  void shouldNameDerivedSeriesByWhatTheyAreOf() throws IOException {
    var slice = volume(1, 8, 8);
    write("a.dcm", slice);
    write("again.dcm", slice);
    ImageFormats.written("dicom")
        .write(directory.resolve("sd.dcm"), slice, new WriteOptions(true, "some task"));

    var first = read("a.dcm").samples().get(0).geometry().identifiers();
    assertThat(read("again.dcm").samples().get(0).geometry().identifiers()).isEqualTo(first);
    var deviation = read("sd.dcm").samples().get(0).geometry().identifiers();
    assertThat(deviation.get("SeriesInstanceUID")).isNotEqualTo(first.get("SeriesInstanceUID"));
    assertThat(deviation.get("StudyInstanceUID")).isEqualTo(first.get("StudyInstanceUID"));
    assertThat(deviation.get("SeriesDescription")).contains("standard deviation");
  }

  @ParameterizedTest
  @CsvSource({"255", "65535"})
  void shouldKeepWholeNumbersOfAPicture(int most) throws IOException {
    var random = new Random(4);
    var values = new float[6 * 9];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(most + 1);
    }
    var scale = IntensityScale.window(0, most, "");
    var picture =
        new Sample(
            NumericArray.of(values, 6, 9), "", Optional.of(scale), Geometry.UNKNOWN, Map.of());
    var notes =
        ImageFormats.written("png")
            .write(directory.resolve("a.png"), List.of(picture), WriteOptions.image("t"));

    var back = read("a.png").samples().get(0);

    assertThat(back.values()).isEqualTo(picture.values());
    assertThat(back.scale()).contains(scale);
    assertThat(notes).hasSize(1);
  }

  @Test
  void shouldSayWhatAPictureDoesNotKeep() throws IOException {
    var notes =
        ImageFormats.written("png")
            .write(directory.resolve("a.png"), volume(1, 6, 9), WriteOptions.image("t"));

    assertThat(String.join("\n", notes)).contains("stand for", "position", "rounds");
  }

  private void write(String name, List<Sample> slices) throws IOException {
    ImageFormats.byName(name)
        .orElseThrow()
        .write(directory.resolve(name), slices, WriteOptions.image("some task"));
  }

  private FileContent read(String name) {
    return ImageFormats.read(directory.resolve(name), options());
  }

  private static ReadOptions options() {
    return ReadOptions.STANDARD.fitting(
        shape -> shape.length == 2 || (shape.length == 3 && shape[2] == 2 && shape[0] != 3));
  }

  /** cfl makes everything complex. */
  private static NumericArray real(NumericArray array) {
    if (!array.complex()) {
      return array;
    }
    var values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.values()[2 * i];
    }
    return NumericArray.of(values, array.shape());
  }

  private static float[] noise(int size, double scale) {
    var random = new Random(size);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private static List<Sample> volume(int slices, int height, int width) {
    double[] orientation = {0.8, 0.6, 0, 0, 0, -1};
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < slices; i++) {
      double[] position = {-180.5 + 0.6 * 2.5 * -i, 12.25 + 0.8 * 2.5 * i, 40};
      samples.add(
          new Sample(
              NumericArray.of(noise(height * width, 400), height, width),
              "HU",
              Optional.empty(),
              new Geometry(
                  new double[] {0.75, 0.5, 2.5},
                  position,
                  orientation,
                  Map.of(
                      "PatientID", "Ünal^7",
                      "StudyInstanceUID", "1.2.3.4",
                      "SeriesInstanceUID", "1.2.3.5",
                      "SOPInstanceUID", "1.2.3.6." + i,
                      "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2",
                      "FrameOfReferenceUID", "1.2.3.9",
                      "Modality", "CT")),
              Map.of()));
    }
    return samples;
  }
}
