package org.deftstream.deft.formats.picture;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.safetensors.AtomicFiles;

/**
 * PNG. Written with 8 bits where the image is on the scale of 8 bits, else with 16: whole numbers
 * as they are on that of 16 bits, anything else with what -1 and 1 mean at 0 and 65,535. Standard
 * deviations are written on the same scale from 0.
 */
public final class PngFormat extends PictureFormat {
  private static final int MOST_8 = 255;
  private static final int MOST_16 = 65535;

  @Override
  public String name() {
    return "png";
  }

  @Override
  public List<String> endings() {
    return List.of(".png");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "\u0089PNG\r\n\u001a\n");
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    var sample = samples.get(0);
    if (sample.values().complex()) {
      throw new IllegalArgumentException("PNG holds no complex numbers; write npy, cfl or hdf5");
    }
    var notes = new ArrayList<String>();
    var scale = sample.scale().orElseGet(() -> range(sample));
    int most = scale.low() == 0 && scale.high() == MOST_8 ? MOST_8 : MOST_16;
    double zero = options.deviation() ? 0 : scale.low();
    double factor = most / (scale.high() - scale.low());
    if (factor != 1 || zero != 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "PNG: 0 to %d stand for %.6g to %.6g %s",
              most,
              zero,
              zero + scale.high() - scale.low(),
              sample.units()));
    }
    if (sample.geometry().placed()) {
      notes.add("PNG keeps no position, orientation and spacing");
    }
    notes.add("PNG rounds to " + (most + 1) + " levels and clips what lies beyond");
    AtomicFiles.write(file, encode(sample, most, zero, factor));
    return notes;
  }

  private static IntensityScale range(Sample sample) {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (float value : sample.values().values()) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return IntensityScale.window(low, high > low ? high : low + 1, sample.units());
  }

  private static byte[] encode(Sample sample, int most, double zero, double factor)
      throws IOException {
    int channels = sample.channels();
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("PNG holds 1 or 3 channels, not " + channels);
    }
    var space = ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    int type = most == MOST_8 ? DataBuffer.TYPE_BYTE : DataBuffer.TYPE_USHORT;
    var model = new ComponentColorModel(space, false, false, Transparency.OPAQUE, type);
    var raster = model.createCompatibleWritableRaster(sample.width(), sample.height());
    var row = new int[sample.width() * channels];
    var values = sample.values().values();
    for (int y = 0; y < sample.height(); y++) {
      for (int i = 0; i < row.length; i++) {
        double level = (values[y * row.length + i] - zero) * factor;
        row[i] = (int) Math.round(Math.max(0, Math.min(most, level)));
      }
      raster.setPixels(0, y, sample.width(), 1, row);
    }
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(model, raster, false, null), "png", bytes);
    return bytes.toByteArray();
  }
}
