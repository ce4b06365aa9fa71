package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.deft.operator.OperatorTestCases.create;

import java.util.concurrent.TimeUnit;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorBoundsTest {
  private static final String NOISE = "'noise':{'type':'gaussian','sigma':0.1}";
  private static final String PHOTONS = "'noise':{'type':'poisson','photons':1000}";

  /** Every field is in its range. What is refused takes no time and no memory. */
  @ParameterizedTest
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'kind':'ct-parallel','views':16384,'detectorBins':16384,NOISE} | 64 | 64 | 1 | values
          {'kind':'ct-parallel','views':16384,'detectorBins':16384,PHOTONS} | 64 | 64 | 1 | values
          {'kind':'ct-parallel','views':1024,'detectorBins':16384,NOISE} | 64 | 64 | 1 | steps to make
          {'kind':'ct-parallel','views':16384,'detectorBins':900,NOISE} | 64 | 64 | 1 | at most
          {'kind':'ct-fan','views':16384,'detectorBins':900,'binSize':1,'pixelSize':1,'sourceToOrigin':60,'sourceToDetector':99,'attenuation':1,NOISE} | 64 | 64 | 1 | at most
          {'kind':'ct-parallel','views':16384,'detectorBins':1,NOISE} | 256 | 256 | 1 | steps to make
          {'kind':'ct-parallel','views':16384,'detectorBins':90,NOISE} | 1 | 65536 | 1 | at most
          {'kind':'mri-radial','spokes':1024,'samples':1024,'coils':8,NOISE} | 64 | 64 | 1 | steps to make
          {'kind':'mri-radial','spokes':1024,'samples':1024,'coils':64,NOISE} | 4 | 4 | 1 | values
          {'kind':'mri-radial','spokes':64,'samples':64,'coils':64,NOISE} | 1024 | 1024 | 1 | steps to make
          {'kind':'mri-radial','spokes':64,'samples':64,'coils':64,'maps':'record',NOISE} | 1024 | 1024 | 1 | steps to make
          {'kind':'mri-cartesian','acceleration':1,'coils':64,NOISE} | 1024 | 1024 | 1 | values
          {'kind':'motion-blur','length':64,NOISE} | 1024 | 1024 | 1 | steps to make
          {'kind':'phase-retrieval','oversampling':8,NOISE} | 1024 | 1024 | 1 | values
          {'kind':'nonlinear-blur','blur':10,NOISE} | 1024 | 1024 | 16 | of memory
          {'kind':'super-resolution','factor':2,'kernel':'bicubic',NOISE} | 768 | 64 | 1 | steps to make
          {'kind':'gaussian-blur','blur':1,NOISE} | 65536 | 1 | 1 | of memory
          {'kind':'nonlinear-blur','blur':1,NOISE} | 1 | 65536 | 1 | of memory
          {'kind':'super-resolution','factor':2,NOISE} | 65536 | 2 | 1 | of memory
          """)
  void shouldRefuseProductsOfLegalFieldsAtOnce(
      String spec, int height, int width, int channels, String need) {
    var shape = new ImageShape(height, width, channels);
    String kind = spec.substring(spec.indexOf(":'") + 2, spec.indexOf("',"));
    assertThatThrownBy(
            () -> create(spec.replace("NOISE", NOISE).replace("PHOTONS", PHOTONS), shape))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("operator " + kind + ": ")
        .hasMessageContaining(" for images of " + shape + " ")
        .hasMessageContaining(need)
        .hasMessageMatching(".*; at most [0-9].* are allowed");
  }
}
