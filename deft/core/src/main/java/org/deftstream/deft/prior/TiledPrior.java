package org.deftstream.deft.prior;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.image.ImageShape;

/**
 * Evaluates a prior over images of any size, cut as its {@link Tiling} says, for those who have no
 * engine: training. Stateless.
 */
public final class TiledPrior {
  /** Rows of one call, of the prior's own shape; fewer of larger ones. */
  private static final int MOST_ROWS = 16;

  private TiledPrior() {}

  private record Row(int image, int index, Tile tile) {}

  /**
   * Predicts the noise of a batch of images of one shape.
   *
   * @param xt noisy images, one after the other
   * @param timesteps one for each image
   * @param seed fixes where regions lie
   * @return predicted noise, the shape of {@code xt}; of images of the prior's own shape, what the
   *     prior answers to the batch
   * @throws IllegalArgumentException if the prior does not take such images
   */
  public static float[] predictNoise(
      Prior prior, float[] xt, int[] timesteps, ImageShape image, long seed) {
    var own = prior.imageShape();
    if (image.equals(own)) {
      return prior.predictNoise(xt, timesteps);
    }
    prior.tiling().require(image, own);
    var shape = prior.tiling().row(image, own);
    var answers = new ArrayList<TiledAnswer>();
    var rows = new ArrayList<Row>();
    for (int i = 0; i < timesteps.length; i++) {
      var tiles = prior.tiling().tiles(image, own, seed + i);
      var answer = new TiledAnswer(image);
      answer.begin(tiles);
      answers.add(answer);
      for (int j = 0; j < tiles.size(); j++) {
        rows.add(new Row(i, j, tiles.get(j)));
      }
    }
    int most = Math.max(1, (int) (MOST_ROWS * own.pixels() / shape.pixels()));
    for (int from = 0; from < rows.size(); from += most) {
      call(
          prior,
          xt,
          timesteps,
          image,
          shape,
          rows.subList(from, Math.min(from + most, rows.size())),
          answers);
    }
    var eps = new float[xt.length];
    for (int i = 0; i < timesteps.length; i++) {
      System.arraycopy(answers.get(i).values(), 0, eps, i * image.size(), image.size());
    }
    return eps;
  }

  private static void call(
      Prior prior,
      float[] xt,
      int[] timesteps,
      ImageShape image,
      ImageShape shape,
      List<Row> rows,
      List<TiledAnswer> answers) {
    var x = new float[rows.size() * shape.size()];
    var t = new int[rows.size()];
    for (int r = 0; r < t.length; r++) {
      var row = rows.get(r);
      row.tile().cut(xt, row.image(), image, x, r * shape.size());
      t[r] = timesteps[row.image()];
    }
    float[] eps = prior.predictNoise(x, t, shape);
    for (int r = 0; r < t.length; r++) {
      var row = rows.get(r);
      answers.get(row.image()).add(row.index(), eps, r * shape.size());
    }
  }
}
