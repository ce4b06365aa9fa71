package org.deftstream.deft.formats.picture;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.image.PictureFile;

/** What PNG and JPEG have in common: grey values of 0 to 255 or 65,535, read as they are shown. */
abstract class PictureFormat implements ImageFormat {
  /** Bytes of the decoder's own picture for each pixel, at most: four bands of 16 bits. */
  private static final int DECODER_BYTES = 8;

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    int channels = options.channels();
    file.take(Files.size(file.path()), "the file");
    try (var in = Files.newInputStream(file.path())) {
      var pixels =
          PictureFile.read(
              in,
              file.path().toString(),
              channels,
              (height, width) ->
                  file.take(
                      (long) height * width * (DECODER_BYTES + 2 * channels),
                      "a picture of " + height + " x " + width));
      var values = file.floats(false, pixels.height(), pixels.width(), channels);
      float most = pixels.bytes() != null ? 255 : 65535;
      for (int i = 0; i < values.length; i++) {
        values[i] = pixels.bytes() != null ? pixels.bytes()[i] & 0xff : pixels.shorts()[i] & 0xffff;
      }
      int[] shape =
          channels == 1
              ? new int[] {pixels.height(), pixels.width()}
              : new int[] {pixels.height(), pixels.width(), channels};
      var sample =
          new Sample(
              NumericArray.of(values, shape),
              "",
              Optional.of(IntensityScale.window(0, most, "")),
              Geometry.UNKNOWN,
              Map.of());
      return new FileContent(List.of(sample), List.of());
    }
  }
}
