package org.deftstream.deft.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * Reads PNG, JPEG, TIFF and BMP files as what they show: any number of bits up to 16, palettes,
 * grey and colour. Transparency, gamma and colour profiles are passed over, a camera's note of how
 * it was held is not. For one channel colours become luminance (ITU-R 601); a grey picture is not
 * enough for three. What cannot be read so is refused by name. Stateless and thread-safe.
 */
public final class PictureFile {
  private static final Pattern NAME =
      Pattern.compile(".*\\.(png|jpe?g|tiff?|bmp)", Pattern.CASE_INSENSITIVE);
  private static final Pattern DAMAGE =
      Pattern.compile("premature|corrupt|truncat|unexpected", Pattern.CASE_INSENSITIVE);
  private static final int MAX_BYTES = 1 << 28;

  private PictureFile() {}

  /** Told of a picture's size before its pixels are read; throws UserError to refuse it. */
  public interface SizeCheck {
    void check(int height, int width);
  }

  /** Whether a file of this name is taken for a picture; hidden files are not. */
  public static boolean isPicture(String path) {
    String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    return !name.startsWith(".") && NAME.matcher(name).matches();
  }

  /**
   * Reads a file from a stream.
   *
   * @param name what messages call the file
   * @param channels 1 for grey, 3 for colour
   * @throws UserError one line that names the file and says what is wrong with it
   */
  public static Pixels read(InputStream in, String name, int channels, SizeCheck check) {
    if (channels != 1 && channels != 3) {
      throw new UserError(name + ": pictures have 1 or 3 channels; the network takes " + channels);
    }
    byte[] file;
    try {
      file = in.readNBytes(MAX_BYTES);
    } catch (IOException e) {
      throw new UserError("cannot read " + name + ": " + FileProblem.of(e), e);
    }
    if (file.length == 0 || file.length == MAX_BYTES) {
      throw new UserError(name + (file.length == 0 ? " is empty" : " is larger than 256 MB"));
    }
    try {
      return decode(file, name, channels, check);
    } catch (UserError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The decoders of the platform answer broken files with exceptions of all kinds.
      throw new UserError(name + " is broken or was cut: " + reason(e), e);
    }
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? "it ends in the middle" : message;
  }

  private static Pixels decode(byte[] file, String name, int channels, SizeCheck check)
      throws IOException {
    try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      var readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new UserError(name + " is not a PNG, JPEG, TIFF or BMP image");
      }
      var reader = readers.next();
      try {
        reader.setInput(stream);
        String format = reader.getFormatName().toLowerCase(Locale.ROOT);
        if (format.equals("png")) {
          PngChunks.check(file);
        }
        if (reader.getNumImages(true) != 1) {
          throw new UserError(
              name + " holds " + reader.getNumImages(true) + " images; one in a file is read");
        }
        var turn = Orientation.of(file, format);
        int height = reader.getHeight(0);
        int width = reader.getWidth(0);
        check.check(turn.swaps() ? width : height, turn.swaps() ? height : width);
        return turn.applied(pixels(read(reader, name), name, channels));
      } finally {
        reader.dispose();
      }
    }
  }

  /** A decoder that meets the end of a JPEG file too early warns and fills in grey. */
  private static BufferedImage read(ImageReader reader, String name) throws IOException {
    var damage = new String[1];
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (DAMAGE.matcher(warning).find()) {
            damage[0] = warning;
          }
        });
    BufferedImage image;
    try {
      image = reader.read(0);
    } catch (IIOException e) {
      if (String.valueOf(e.getMessage()).contains("Unsupported Image Type")) {
        throw new UserError(
            name + " has colours that cannot be read (CMYK?); save it as RGB or grey", e);
      }
      throw e;
    }
    if (damage[0] != null) {
      throw new IIOException(damage[0]);
    }
    return image;
  }

  private static Pixels pixels(BufferedImage image, String name, int channels) {
    var colours = image.getColorModel();
    if (colours instanceof IndexColorModel palette) {
      return fromPalette(image, palette, name, channels);
    }
    int type = colours.getColorSpace().getType();
    boolean grey = type == ColorSpace.TYPE_GRAY;
    int bits = bits(colours);
    if ((!grey && type != ColorSpace.TYPE_RGB) || bits == 0) {
      throw new UserError(
          name + " holds neither grey nor RGB of at most 16 whole bits a channel; save it so");
    }
    if (grey && channels == 3) {
      throw grey(name);
    }
    return fromSamples(image.getRaster(), grey ? 1 : 3, bits, channels);
  }

  private static UserError grey(String name) {
    return new UserError(name + " has 1 channels; the network takes 3");
  }

  /** Bits of every colour, or 0 for kinds that are not read: floats, and unequal ones. */
  private static int bits(ColorModel colours) {
    int type = colours.getTransferType();
    boolean whole =
        type == DataBuffer.TYPE_BYTE
            || type == DataBuffer.TYPE_USHORT
            || type == DataBuffer.TYPE_INT;
    int bits = colours.getComponentSize(0);
    for (int c = 1; c < colours.getNumColorComponents(); c++) {
      whole &= colours.getComponentSize(c) == bits;
    }
    return whole && bits <= 16 && !colours.isAlphaPremultiplied() ? bits : 0;
  }

  private static Pixels fromPalette(
      BufferedImage image, IndexColorModel palette, String name, int channels) {
    boolean grey = true;
    for (int i = 0; i < palette.getMapSize(); i++) {
      grey &= palette.getRed(i) == palette.getGreen(i) && palette.getRed(i) == palette.getBlue(i);
    }
    if (grey && channels == 3) {
      throw grey(name);
    }
    var raster = image.getRaster();
    var pixels = empty(raster, channels, 8);
    int i = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      for (int x = 0; x < raster.getWidth(); x++) {
        int index = raster.getSample(x, y, 0);
        if (index >= palette.getMapSize()) {
          throw new IllegalArgumentException("a pixel has a colour that the palette lacks");
        }
        i = put(pixels, i, palette.getRed(index), palette.getGreen(index), palette.getBlue(index));
      }
    }
    return pixels;
  }

  private static Pixels fromSamples(Raster raster, int bands, int bits, int channels) {
    int most = (1 << bits) - 1;
    int wanted = bits <= 8 ? 255 : 65535;
    var pixels = empty(raster, channels, bits);
    int i = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      for (int x = 0; x < raster.getWidth(); x++) {
        int first = scaled(raster.getSample(x, y, 0), most, wanted);
        int second = bands == 1 ? first : scaled(raster.getSample(x, y, 1), most, wanted);
        int third = bands == 1 ? first : scaled(raster.getSample(x, y, 2), most, wanted);
        i = put(pixels, i, first, second, third);
      }
    }
    return pixels;
  }

  private static int scaled(int sample, int most, int wanted) {
    return most == wanted ? sample : (int) Math.round((double) sample * wanted / most);
  }

  private static Pixels empty(Raster raster, int channels, int bits) {
    int size = Math.multiplyExact(raster.getHeight() * raster.getWidth(), channels);
    return new Pixels(
        raster.getHeight(),
        raster.getWidth(),
        channels,
        bits <= 8 ? new byte[size] : null,
        bits <= 8 ? null : new short[size]);
  }

  /** Stores one pixel and returns the index of the next. */
  private static int put(Pixels pixels, int i, int red, int green, int blue) {
    if (pixels.channels() == 3) {
      store(pixels, i, red);
      store(pixels, i + 1, green);
      store(pixels, i + 2, blue);
      return i + 3;
    }
    boolean grey = red == green && red == blue;
    store(pixels, i, grey ? red : (int) Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
    return i + 1;
  }

  private static void store(Pixels pixels, int i, int value) {
    if (pixels.bytes() != null) {
      pixels.bytes()[i] = (byte) value;
    } else {
      pixels.shorts()[i] = (short) value;
    }
  }
}
