package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.deft.operator.OperatorTestCases.create;

import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorsTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);
  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.1}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {} | operator: field 'kind' is missing
          7 | operator: expected a JSON object, got 7
          {'kind':'ct-paralel'} | operator: kind 'ct-paralel' is not known; did you mean 'ct-parallel'? Known: column-sum, ct-fan, ct-parallel, denoising, gaussian-blur, hdr, inpainting, interferometry, lensless, motion-blur, mri-cartesian, mri-radial, nonlinear-blur, phase-retrieval, super-resolution
          {'kind':'ct-parallel','views':0,'detectorBins':9,NOISE} | operator ct-parallel: views must be a whole number in [1, 16384], got 0
          {'kind':'ct-parallel','views':2.5,'detectorBins':9,NOISE} | operator ct-parallel: views must be a whole number in [1, 16384], got 2.5
          {'kind':'ct-parallel','views':'2','detectorBins':9,NOISE} | operator ct-parallel: views must be a whole number in [1, 16384], got "2"
          {'kind':'ct-parallel','views':2,NOISE} | operator ct-parallel: field 'detectorBins' is missing
          {'kind':'ct-parallel','views':2,'detectorBins':9,'angels':3,NOISE} | operator ct-parallel: unknown field 'angels'; did you mean 'angles'? Known: angleRangeDegrees, angles, attenuation, binSize, centre, detectorBins, filter, kind, noise, startDegrees, views
          {'kind':'ct-parallel','views':2,'detectorBins':9,'filtre':'hann',NOISE} | operator ct-parallel: unknown field 'filtre'; did you mean 'filter'? Known: angleRangeDegrees, angles, attenuation, binSize, centre, detectorBins, filter, kind, noise, startDegrees, views
          {'kind':'ct-parallel','views':2,'detectorBins':9,'angleRangeDegrees':360,NOISE} | operator ct-parallel: angleRangeDegrees must be in (0, 180], got 360.0
          {'kind':'ct-parallel','views':2,'detectorBins':9,'noise':{'type':'poison','sigma':1}} | operator ct-parallel, noise: type 'poison' is not known; did you mean 'poisson'? Known: gaussian, poisson
          {'kind':'ct-parallel','views':2,'detectorBins':9,'noise':{'type':'poisson','photons':9,'sigma':1}} | operator ct-parallel, noise: unknown field 'sigma'; Known: attenuation, photons, type
          {'kind':'ct-parallel','views':2,'detectorBins':9,'noise':{'type':'gaussian','sigma':0}} | operator ct-parallel, noise: sigma must be a number above 0, got 0
          {'kind':'inpainting','mask':{'type':'box','leastHidden':0.5,'mostHidden':0.2},NOISE} | operator inpainting, mask: 0 < leastHidden <= mostHidden < 1 must hold, got 0.5 and 0.2
          {'kind':'super-resolution','factor':3,NOISE} | operator super-resolution: images of 8x8x1 cannot be made smaller by the factor 3; it must divide height and width
          {'kind':'super-resolution','factor':2,'kernel':'bicubik',NOISE} | operator super-resolution: kernel 'bicubik' is not known; did you mean 'bicubic'? Known: average, bicubic
          {'kind':'gaussian-blur','blur':0,NOISE} | operator gaussian-blur: blur must be a number in [0.3, 10.0], got 0
          {'kind':'nonlinear-blur','blur':1,'gain':9,NOISE} | operator nonlinear-blur: gain must be a number in [0.1, 5.0], got 9
          {'kind':'hdr','gain':2,NOISE} | operator hdr: unknown field 'gain'; Known: kind, noise
          """)
  void shouldSayWhatIsWrongWithASpecification(String spec, String message) {
    assertThatThrownBy(() -> create(spec.replace("NOISE", NOISE), SHAPE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void shouldGiveEqualOperatorsEqualFingerprints() {
    var brief = create("{'kind':'ct-parallel','views':4,'detectorBins':9," + NOISE + "}", SHAPE);
    var full =
        create(
            "{"
                + NOISE
                + ",'detectorBins':9.0,'angleRangeDegrees':180.0,'filter':'ram-lak','views':4,"
                + "'kind':'ct-parallel'}",
            SHAPE);
    var other = create("{'kind':'ct-parallel','views':5,'detectorBins':9," + NOISE + "}", SHAPE);

    assertThat(Operators.fingerprint(full)).isEqualTo(Operators.fingerprint(brief));
    assertThat(Operators.fingerprint(other)).isNotEqualTo(Operators.fingerprint(brief));
  }
}
