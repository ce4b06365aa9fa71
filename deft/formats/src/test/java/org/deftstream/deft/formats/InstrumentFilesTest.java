package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What real instruments wrote can be read. */
class InstrumentFilesTest extends MeasuredFiles {
  @Test
  void shouldReadFanBeamScansOfEitherVersionOfMatlab() {
    var options =
        ReadOptions.STANDARD.of("sinogram").with(Map.of("angles", "parameters.angles"), Set.of());
    for (String name : new String[] {"tb_subsample_30.mat", "ta_subsample73.mat"}) {
      var scan = ImageFormats.read(there("htc2022/" + name), options).samples().get(0);
      assertThat(scan.values().shape()).as(name).containsExactly(61, 560);
      assertThat(scan.auxiliary().get("angles").size()).isEqualTo(61);
      assertThat(scan.values().values()[280]).isBetween(0.5f, 2.3f);
    }
  }

  @Test
  void shouldReadLineIntegralsOfATooth() {
    var rows = ImageFormats.read(there("tooth/tooth.h5"), ReadOptions.STANDARD).samples();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).values().shape()).containsExactly(181, 640);
    float most = 0;
    for (float value : rows.get(0).values().values()) {
      most = Math.max(most, value);
    }
    assertThat(most).isCloseTo(1.95f, within(0.1f));
    assertThat(rows.get(0).auxiliary().get("theta").values()[180]).isCloseTo(179, within(0.01f));
  }

  @Test
  void shouldReadKSpaceOfEightCoils() {
    var scan =
        ImageFormats.read(
                there("mri-8coil/cartesian_ksp.npy"),
                ReadOptions.STANDARD.fitting(shape -> shape.length == 4))
            .samples()
            .get(0)
            .values();
    assertThat(scan.complex()).isTrue();
    assertThat(scan.shape()).containsExactly(8, 230, 180);
    int measured = 0;
    for (int i = 0; i < 230 * 180; i++) {
      measured += scan.values()[2 * i] != 0 || scan.values()[2 * i + 1] != 0 ? 1 : 0;
    }
    assertThat(measured).isEqualTo(5148);
  }

  @Test
  void shouldReadPicturesOfALenslessCamera() throws IOException {
    for (Path file : unzipped(there("diffusercam/diffusercam-hand.zip"), ".tif")) {
      var picture = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0);
      assertThat(picture.values().shape()).containsExactly(1200, 1600);
      float most = 0;
      for (float value : picture.values().values()) {
        most = Math.max(most, value);
      }
      assertThat(most).isIn(65520f, 37184f);
    }
  }

  @Test
  void shouldReadEverySliceOfThreeScannersAndWriteItWithinAnEighthOfAUnit() throws IOException {
    int slices = 0;
    for (String archive : new String[] {"lidc-0314-chest", "covid-ny-sbu-axial", "ge-head"}) {
      for (Path file : unzipped(there("ct-512/" + archive + ".zip"), "")) {
        var slice = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0);
        assertThat(slice.units()).isEqualTo("HU");
        assertThat(slice.geometry().placed()).isTrue();
        Path out = directory.resolve("out.dcm");
        ImageFormats.written("dicom").write(out, List.of(slice), WriteOptions.image("test"));
        var back = ImageFormats.read(out, ReadOptions.STANDARD).samples().get(0);
        for (int i = 0; i < slice.values().size(); i++) {
          assertThat(Math.abs(back.values().values()[i] - slice.values().values()[i]))
              .isLessThanOrEqualTo(0.0626f);
        }
        assertThat(back.geometry().position())
            .containsExactly(slice.geometry().position(), within(1e-6));
        slices++;
      }
    }
    assertThat(slices).isEqualTo(140);
  }

  @Test
  void shouldReadVisibilitiesOfFourDays() throws IOException {
    int files = 0;
    for (Path file : untarred(there("eht-m87/EHTC_FirstM87Results_Apr2019_uvfits.tgz"))) {
      var scan = ImageFormats.read(file, ReadOptions.STANDARD).samples().get(0);
      assertThat(scan.values().complex()).isTrue();
      assertThat(scan.values().size()).isGreaterThan(2000);
      float longest = 0;
      for (float u : scan.auxiliary().get("u").values()) {
        longest = Math.max(longest, Math.abs(u));
      }
      assertThat(longest).isBetween(5e9f, 8.4e9f);
      files++;
    }
    assertThat(files).isEqualTo(8);
  }
}
