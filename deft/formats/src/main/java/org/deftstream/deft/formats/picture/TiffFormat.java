package org.deftstream.deft.formats.picture;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.SeriesFormat;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.safetensors.AtomicFiles;

/**
 * TIFF of 8, 16 or 32 bits, whole numbers or floats, one page or a series of pages. Written as
 * 32-bit floats, without compression.
 */
public final class TiffFormat implements SeriesFormat {
  private static final int MOST_PAGES = 1 << 14;
  private static final int DECODER_BYTES = 4;

  @Override
  public String name() {
    return "tiff";
  }

  @Override
  public List<String> endings() {
    return List.of(".tif", ".tiff");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "II*\0") || ImageFormat.begins(head, 0, "MM\0*");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    byte[] bytes = file.bytes();
    TiffDirectories.check(bytes, file);
    try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      var reader = ImageIO.getImageReadersByFormatName("tiff").next();
      try {
        reader.setInput(stream, false, true);
        int pages = reader.getNumImages(true);
        if (pages > MOST_PAGES) {
          throw file.problem("has " + pages + " pages; at most " + MOST_PAGES + " are read");
        }
        var samples = new ArrayList<Sample>();
        for (int page = 0; page < pages; page++) {
          samples.add(page(reader, page, file, options.channels()));
        }
        return new FileContent(samples, List.of());
      } finally {
        reader.dispose();
      }
    }
  }

  private static Sample page(ImageReader reader, int page, InputFile file, int channels)
      throws IOException {
    int height = reader.getHeight(page);
    int width = reader.getWidth(page);
    file.take(
        DECODER_BYTES * 4L * height * width, "page " + page + " of " + height + " x " + width);
    BufferedImage image = reader.read(page);
    int bands = image.getRaster().getNumBands();
    boolean palette = image.getColorModel() instanceof IndexColorModel;
    if (channels == 3 && (bands < 3 || palette)) {
      throw file.problem("has 1 channels; 3 are needed");
    }
    var values = file.floats(false, height, width, channels);
    var row = new float[bands * width];
    for (int y = 0; y < height; y++) {
      image.getRaster().getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        pixel(image, row, x * bands, bands, values, (y * width + x) * channels, channels);
      }
    }
    int[] shape = channels == 1 ? new int[] {height, width} : new int[] {height, width, channels};
    return new Sample(
        NumericArray.of(values, shape),
        "",
        palette ? Optional.of(IntensityScale.window(0, 255, "")) : scale(image),
        Geometry.UNKNOWN,
        Map.of());
  }

  private static void pixel(
      BufferedImage image, float[] row, int from, int bands, float[] out, int to, int channels) {
    if (image.getColorModel() instanceof IndexColorModel colours) {
      int index = (int) row[from];
      out[to] = luminance(colours.getRed(index), colours.getGreen(index), colours.getBlue(index));
    } else if (channels == 3) {
      System.arraycopy(row, from, out, to, 3);
    } else {
      out[to] = bands < 3 ? row[from] : luminance(row[from], row[from + 1], row[from + 2]);
    }
  }

  private static float luminance(float red, float green, float blue) {
    return red == green && red == blue ? red : 0.299f * red + 0.587f * green + 0.114f * blue;
  }

  private static Optional<IntensityScale> scale(BufferedImage image) {
    int type = image.getRaster().getDataBuffer().getDataType();
    int bits = image.getSampleModel().getSampleSize(0);
    return (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT) && bits <= 16
        ? Optional.of(IntensityScale.window(0, (1 << bits) - 1, ""))
        : Optional.empty();
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (var sample : samples) {
        writer.writeToSequence(new IIOImage(image(sample), null, null), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    AtomicFiles.write(file, bytes.toByteArray());
    return samples.get(0).geometry().placed()
        ? List.of("TIFF keeps no position, orientation and spacing")
        : List.of();
  }

  private static BufferedImage image(Sample sample) {
    int channels = sample.channels();
    if (sample.values().complex() || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "TIFF is written with 1 or 3 real channels, not as "
              + sample.values().describe()
              + "; write npy, cfl or hdf5");
    }
    var space = ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    var model =
        new ComponentColorModel(space, false, false, Transparency.OPAQUE, DataBuffer.TYPE_FLOAT);
    var raster = model.createCompatibleWritableRaster(sample.width(), sample.height());
    raster.setPixels(0, 0, sample.width(), sample.height(), sample.values().values());
    return new BufferedImage(model, raster, false, null);
  }
}
