package org.deftstream.deft.prior;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tells by the shapes of a model's inputs and output how it is a prior's network. */
public final class ModelPorts {
  private static final int MOST_CHANNELS = 16;
  private static final int IMAGE_SIDES = 4;

  private ModelPorts() {}

  /**
   * An input or output.
   *
   * @param type {@code float32}, {@code int64}, or the word of whoever has another
   * @param sides one each, not positive where any is taken; null where even their number is unknown
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Port(String name, String type, long[] sides) {
    private int rank() {
      return sides == null ? -1 : sides.length;
    }

    /** For messages. */
    @Override
    public String toString() {
      return name + " (" + type + ", " + (sides == null ? "any sides" : words(sides)) + ")";
    }

    private static String words(long[] sides) {
      var words = new ArrayList<String>();
      for (long side : sides) {
        words.add(side > 0 ? String.valueOf(side) : "any");
      }
      return words.isEmpty() ? "a scalar" : String.join(" x ", words);
    }
  }

  /**
   * The network of a model.
   *
   * @throws IllegalArgumentException if it is not one of a prior
   */
  public static PriorRuntime.Network network(List<Port> inputs, Port output) {
    var images = inputs.stream().filter(p -> p.rank() == IMAGE_SIDES).toList();
    var numbers = inputs.stream().filter(p -> p.rank() != IMAGE_SIDES).toList();
    if (images.size() != 1 || numbers.size() != 1) {
      throw new IllegalArgumentException(
          "it has the inputs "
              + inputs
              + "; a prior's has two: images of four sides, and what tells the noise");
    }
    var image = images.get(0);
    long[] sides = image.sides();
    // Images have fewer channels than pixels of a side.
    boolean last = isChannels(sides[3]) && (!isChannels(sides[1]) || sides[3] < sides[1]);
    long channels = last ? sides[3] : sides[1];
    if (!image.type().equals("float32")
        || !output.type().equals("float32")
        || !isChannels(channels)
        || output.rank() != IMAGE_SIDES) {
      throw new IllegalArgumentException(
          "it makes "
              + output
              + " of "
              + image
              + "; images of float32 with a known number of channels are understood, in and out");
    }
    long told = output.sides()[last ? 3 : 1];
    if (told > 0 && told != channels) {
      throw new IllegalArgumentException(
          "it takes " + channels + " channels and gives " + told + "; a prior's are the same");
    }
    return network(image, numbers.get(0), output.name(), last, (int) channels);
  }

  private static boolean isChannels(long side) {
    return side > 0 && side <= MOST_CHANNELS;
  }

  private static PriorRuntime.Network network(
      Port image, Port time, String output, boolean last, int channels) {
    if (time.rank() != 0 && time.rank() != 1) {
      throw new IllegalArgumentException(
          "what tells the noise is "
              + time
              + "; a scalar or one number for each image is understood");
    }
    if (!Set.of("int64", "int32", "float32").contains(time.type())) {
      throw new IllegalArgumentException(
          "what tells the noise is " + time + "; float32, int32 and int64 are understood");
    }
    long[] sides = image.sides();
    return new PriorRuntime.Network(
        side(sides[last ? 1 : 2]),
        side(sides[last ? 2 : 3]),
        channels,
        sides[0] == 1 || (time.rank() == 1 && time.sides()[0] == 1),
        last,
        image.name(),
        time.name(),
        time.type(),
        time.rank() == 0,
        output);
  }

  private static int side(long side) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, side));
  }
}
