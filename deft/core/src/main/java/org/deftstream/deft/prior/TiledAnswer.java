package org.deftstream.deft.prior;

import java.util.List;
import org.deftstream.deft.image.ImageShape;

/**
 * Puts an image together from what a prior answers for its regions. Where regions overlap their
 * answers are averaged, each with a weight that falls towards its edges, so that nothing jumps at a
 * seam. Answers may come in any order: they are added up in the order of the regions once all are
 * there. Not thread-safe.
 */
public final class TiledAnswer {
  private final ImageShape shape;
  private final float[] values;
  private List<Tile> tiles;
  private float[][] answers;
  private int missing;

  /** An empty image. */
  public TiledAnswer(ImageShape shape) {
    this.shape = shape;
    this.values = new float[shape.size()];
  }

  /** Begins anew with other regions. */
  public void begin(List<Tile> next) {
    tiles = next;
    missing = next.size();
    answers = next.size() == 1 && next.get(0).covers(shape) ? null : new float[next.size()][];
  }

  /**
   * Takes in the answer for a region.
   *
   * @param rows a batch of answers, that of this region beginning at {@code offset}
   * @return whether it was the last: {@link #values} is complete
   */
  public boolean add(int tile, float[] rows, int offset) {
    missing--;
    if (answers == null) {
      System.arraycopy(rows, offset, values, 0, values.length);
      return true;
    }
    var answer = new float[tiles.get(tile).size(shape)];
    System.arraycopy(rows, offset, answer, 0, answer.length);
    answers[tile] = answer;
    if (missing > 0) {
      return false;
    }
    blend();
    answers = null;
    return true;
  }

  /** The image; complete after the last region. Not to be kept: the next step writes into it. */
  public float[] values() {
    return values;
  }

  private void blend() {
    java.util.Arrays.fill(values, 0);
    var weights = new float[shape.height() * shape.width()];
    int c = shape.channels();
    for (int i = 0; i < answers.length; i++) {
      var tile = tiles.get(i);
      float[] rise = taper(tile.height());
      float[] across = taper(tile.width());
      int height = Math.min(tile.height(), shape.height() - tile.top());
      int width = Math.min(tile.width(), shape.width() - tile.left());
      for (int y = 0; y < height; y++) {
        int pixel = (tile.top() + y) * shape.width() + tile.left();
        int source = y * tile.width() * c;
        for (int x = 0; x < width; x++, pixel++) {
          float weight = rise[y] * across[x];
          weights[pixel] += weight;
          for (int k = 0; k < c; k++) {
            values[pixel * c + k] += weight * answers[i][source + x * c + k];
          }
        }
      }
    }
    for (int pixel = 0; pixel < weights.length; pixel++) {
      for (int k = 0; k < c; k++) {
        values[pixel * c + k] /= weights[pixel];
      }
    }
  }

  /** Rises from the edges to the middle; positive everywhere. */
  private static float[] taper(int length) {
    var weights = new float[length];
    for (int i = 0; i < length; i++) {
      double s = Math.sin(Math.PI * (i + 0.5) / length);
      weights[i] = (float) (s * s);
    }
    return weights;
  }
}
