package org.deftstream.deft.checkpoint.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.SongUNetConfig.Encoder;

/**
 * The levels of an NCSN++ network, read off which of its numbered layers have which weights.
 *
 * @param fourier whether the noise is told by stored frequencies
 * @param start number of the first convolution
 * @param widths channels of each level, finest first
 * @param blocks residual blocks of each level on the way down
 * @param attention whether each level has it
 * @param encoder what of the image runs beside the way down
 * @param imagesUp whether each level answers with a part of the image
 */
record NcsnppLayout(
    boolean fourier,
    int start,
    List<Integer> widths,
    int blocks,
    List<Boolean> attention,
    Encoder encoder,
    boolean imagesUp) {
  private static final int MOST = 64;

  static String name(int module) {
    return "all_modules." + module + ".";
  }

  static NcsnppLayout of(NamedTensors tensors) {
    boolean fourier = tensors.has(name(0) + "W");
    int start = fourier ? 3 : 2;
    var widths = new ArrayList<Integer>();
    var attention = new ArrayList<Boolean>();
    var encoder = Encoder.STANDARD;
    int blocks = 0;
    int at = start + 1;
    while (widths.size() < MOST) {
      int found = 0;
      boolean attended = false;
      // All levels have as many blocks as the first; behind those of the last comes the middle.
      while (residual(tensors, at)
          && !resamples(tensors, at)
          && found < (widths.isEmpty() ? MOST : blocks)) {
        if (found == 0) {
          widths.add(tensors.side(name(at) + "Conv_1.weight", 4, 0));
        }
        found++;
        at++;
        if (attention(tensors, at)) {
          attended = true;
          at++;
        }
      }
      if (found == 0 || (widths.size() > 1 && found != blocks)) {
        throw foreign();
      }
      blocks = found;
      attention.add(attended);
      if (!resamples(tensors, at)) {
        break;
      }
      at++;
      if (tensors.has(name(at) + "Conv2d_0.weight")) {
        encoder = Encoder.RESIDUAL;
        at++;
      } else if (!tensors.hasPart(name(at)) && tensors.has(name(at + 1) + "Conv_0.weight")) {
        encoder = Encoder.SKIP;
        at += 2;
      }
    }
    if (widths.size() < 2) {
      throw foreign();
    }
    int top = at + 3 + blocks + 1 + (attention.get(attention.size() - 1) ? 1 : 0);
    boolean imagesUp = tensors.rank(name(top) + "weight") == 1;
    return new NcsnppLayout(fourier, start, widths, blocks, attention, encoder, imagesUp);
  }

  private static UserError foreign() {
    return new UserError(
        "its layers are not those of NCSN++ or DDPM++ with resblock_type biggan, two levels or more"
            + " and the same number of blocks in each");
  }

  private static boolean residual(NamedTensors tensors, int module) {
    return tensors.has(name(module) + "Conv_1.weight")
        && tensors.has(name(module) + "Dense_0.weight");
  }

  private static boolean attention(NamedTensors tensors, int module) {
    return tensors.has(name(module) + "NIN_3.W");
  }

  /** A block projects where its channels change, and where it changes the size. */
  private static boolean resamples(NamedTensors tensors, int module) {
    String first = name(module) + "Conv_0.weight";
    return residual(tensors, module)
        && tensors.has(name(module) + "Conv_2.weight")
        && tensors.side(first, 4, 0) == tensors.side(first, 4, 1);
  }
}
