package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that other programs write: h5py and SciPy ({@code make.py}), and by the letter. */
class ForeignFilesTest {
  /** 0 to 34, five rows of seven: what make.py puts into most files. */
  private static final float[] IMAGE = counted(35);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"packed", "half"})
  void shouldReadADatasetByItsPath(String name) throws IOException {
    var sample = read("chunks.h5", ReadOptions.STANDARD.of("/scan/" + name)).samples().get(0);

    assertThat(sample.values()).isEqualTo(NumericArray.of(IMAGE, 5, 7));
  }

  @Test
  void shouldReadBigEndianCountsAndLeaveOutWhatNoChunkHolds() throws IOException {
    var counts =
        read("chunks.h5", ReadOptions.STANDARD.of("counts").fitting(shape -> shape.length == 3));
    assertThat(counts.samples().get(0).values().values()).startsWith(0, 0, 1, 10, 2, 20);

    var sparse = read("chunks.h5", ReadOptions.STANDARD.of("sparse")).samples().get(0).values();
    assertThat(sparse.values()).startsWith(0, 1, 2, 3, 0, 0, 0, 7, 8);
  }

  @Test
  void shouldReadComplexNumbersOfACompound() throws IOException {
    var sample =
        read("chunks.h5", ReadOptions.STANDARD.of("complex").fitting(s -> s.length == 3))
            .samples()
            .get(0);
    assertThat(sample.values().complex()).isTrue();
    assertThat(sample.values().values()).startsWith(0, 0, 1, 2, 2, 4);
  }

  @Test
  void shouldListTheArraysWhenItIsNotClearWhichIsMeant() {
    assertThatThrownBy(() -> read("chunks.h5", ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("several arrays; name one with --dataset")
        .hasMessageContaining("scan/packed (5 x 7)");
    assertThatThrownBy(() -> read("chunks.h5", ReadOptions.STANDARD.of("packd")))
        .hasMessageContaining("has no array 'packd'; there are");
  }

  @Test
  void shouldReadLineIntegralsOfDataExchange() throws IOException {
    var content = read("exchange.h5", ReadOptions.STANDARD);

    assertThat(content.samples()).hasSize(2);
    var row = content.samples().get(1);
    assertThat(row.values().shape()).containsExactly(4, 6);
    // make.py: 0 to 2 in even steps over views, rows, columns.
    for (int view = 0; view < 4; view++) {
      for (int column = 0; column < 6; column++) {
        double line = 2.0 * (view * 12 + 6 + column) / 47;
        assertThat(row.values().values()[view * 6 + column]).isCloseTo((float) line, within(1e-4f));
      }
    }
    assertThat(row.auxiliary().get("theta").values()).containsExactly(0, 45, 90, 135);
  }

  @Test
  void shouldReadKSpaceOfIsmrmrd() throws IOException {
    var content = read("ismrmrd.h5", ReadOptions.STANDARD);

    assertThat(content.samples()).hasSize(2);
    var second = content.samples().get(1).values();
    assertThat(second.complex()).isTrue();
    assertThat(second.shape()).containsExactly(2, 5, 6);
    // Coil 1, line 1, sample 0: 100 + 10 + 6; line 2 was not measured; line 4 is beyond the scan.
    assertThat(second.values()[2 * (1 * 30 + 1 * 6)]).isEqualTo(116);
    assertThat(second.values()[2 * (2 * 6)]).isZero();
    // Line 0 was measured twice, once 2 higher: scans 5 and 8 of make.py.
    assertThat(second.values()[0]).isEqualTo(101);
    assertThat(second.values()[1]).isEqualTo(6.5f);
  }

  @Test
  void shouldReadStructuresOfMatlab() throws IOException {
    for (String name : new String[] {"a.mat", "v73.mat"}) {
      var sample =
          read(
                  name,
                  ReadOptions.STANDARD
                      .of("CtData.sinogram")
                      .with(Map.of("angles", "parameters.angles"), Set.of("nothing")))
              .samples()
              .get(0);
      assertThat(sample.values()).as(name).isEqualTo(NumericArray.of(IMAGE, 5, 7));
      assertThat(sample.auxiliary().get("angles").size()).isEqualTo(5);
      assertThat(sample.auxiliary()).hasSize(1);
    }
  }

  @Test
  void shouldReadComplexNumbersAndCellsOfMatlab() throws IOException {
    var complex = read("plain.mat", ReadOptions.STANDARD.of("k").fitting(s -> s.length == 3));
    assertThat(complex.samples().get(0).values().values()).startsWith(0, 0, 1, -1, 2, -2);
    var cell = read("plain.mat", ReadOptions.STANDARD.of("cells{1}"));
    assertThat(cell.samples().get(0).values()).isEqualTo(NumericArray.of(IMAGE, 5, 7));
  }

  @Test
  void shouldReadImplicitDicomWithPaddingInHounsfieldUnits() throws IOException {
    var content = read("implicit.dcm", ReadOptions.STANDARD);

    var sample = content.samples().get(0);
    assertThat(sample.units()).isEqualTo("HU");
    // 4000 is padding: the least that was measured. The highest four bits belong to something else.
    assertThat(sample.values().values()).containsExactly(-824, -824, -624, -424, -224, -824);
    assertThat(sample.geometry().spacing()).containsExactly(0.75, 0.5);
    assertThat(sample.geometry().position()).containsExactly(-125, -12.5, 40);
    assertThat(content.notes())
        .containsExactly("2 pixels of padding are read as the least value, -824.0");
  }

  @Test
  void shouldNameATransferSyntaxThatIsNotRead() throws IOException {
    byte[] file = Specimens.implicit();
    System.arraycopy(
        "1.2.840.10008.1.2.5".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        0,
        file,
        140,
        18);
    file[158 - 1] = '5';
    var path = Files.write(directory.resolve("rle.dcm"), file);

    assertThatThrownBy(() -> ImageFormats.read(path, ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rle.dcm: has the transfer syntax 1.2.840.10008.1.");
  }

  @Test
  void shouldReadFitsWithItsScale() throws IOException {
    var sample = read("a.fits", ReadOptions.STANDARD).samples().get(0);

    assertThat(sample.units()).isEqualTo("JY/PIXEL");
    assertThat(sample.values().shape()).containsExactly(2, 3);
    assertThat(sample.values().values()).containsExactly(9, 9.5f, 10, 10.5f, 11, 11.5f);
  }

  @Test
  void shouldReadVisibilities() throws IOException {
    var sample = read("a.uvfits", ReadOptions.STANDARD).samples().get(0);

    assertThat(sample.values().complex()).isTrue();
    assertThat(sample.values().values()).containsExactly(1, -1, 2, -1, 9, 9, 3, -1);
    assertThat(sample.auxiliary().get("u").values())
        .containsExactly(new float[] {0, 2e8f, 2e8f, 4e8f}, within(100f));
    assertThat(sample.auxiliary().get("sigma").values()).containsExactly(0.5f, 0.5f, 2, 0.5f);
    assertThat(sample.auxiliary().get("time").values()).containsExactly(0, 0.25f, 0.25f, 0.5f);
    assertThat(sample.auxiliary().get("correlation").values()).containsExactly(0, 0, 1, 0);
  }

  private FileContent read(String name, ReadOptions options) throws IOException {
    return ImageFormats.read(Specimens.write(directory, name), options);
  }

  private static float[] counted(int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i;
    }
    return values;
  }
}
