package org.deftstream.deft.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;

class TilingTest {
  private static final ImageShape ROW = new ImageShape(8, 8, 2);

  private static float[] image(ImageShape shape) {
    var random = new SplittableRandom(shape.size());
    var image = new float[shape.size()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    return image;
  }

  /** What comes back if the network answers with its input. */
  private static float[] backAgain(List<Tile> tiles, float[] image, ImageShape shape) {
    var answer = new TiledAnswer(shape);
    answer.begin(tiles);
    for (int i = tiles.size() - 1; i >= 0; i--) {
      var row = new float[3 + tiles.get(i).size(shape)];
      tiles.get(i).cut(image, shape, row, 3);
      assertThat(answer.add(i, row, 3)).isEqualTo(i == 0);
    }
    return answer.values();
  }

  @Test
  void shouldPutAnImageOfAnySizeTogetherAgain() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < 300; i++) {
      var shape = new ImageShape(1 + random.nextInt(40), 1 + random.nextInt(40), 2);
      float[] image = image(shape);
      for (Tiling tiling :
          List.of(
              new Tiling.Patches(0),
              new Tiling.Patches(1),
              new Tiling.Patches(5),
              new Tiling.Direct(4))) {
        var tiles = tiling.tiles(shape, ROW, i);
        assertThat(tiles).hasSize(tiling.most(shape, ROW));
        var row = tiling.row(shape, ROW);
        for (var tile : tiles) {
          assertThat(tile.height()).isEqualTo(row.height());
          assertThat(tile.width()).isEqualTo(row.width());
        }
        float[] back = backAgain(tiles, image, shape);
        for (int j = 0; j < image.length; j++) {
          assertThat(back[j]).as("%s %s", tiling, shape).isCloseTo(image[j], within(1e-5f));
        }
      }
    }
  }

  @Test
  void shouldKeepTheBitsOfAnImageThatIsOneRow() {
    float[] image = image(ROW);
    for (Tiling tiling : List.of(new Tiling.Whole(), new Tiling.Patches(3), new Tiling.Direct(4))) {
      assertThat(backAgain(tiling.tiles(ROW, ROW, 5), image, ROW)).isEqualTo(image);
    }
  }

  @Test
  void shouldMirrorBeyondTheEdges() {
    var shape = new ImageShape(1, 3, 1);
    var row = new float[8];
    new Tile(0, 0, 1, 8).cut(new float[] {1, 2, 3}, shape, row, 0);
    assertThat(row).containsExactly(1, 2, 3, 2, 1, 2, 3, 2);
  }

  @Test
  void shouldPutRegionsElsewhereWithAnotherSeedAndInTheSamePlacesWithTheSame() {
    var shape = new ImageShape(30, 30, 2);
    var tiling = new Tiling.Patches(1);
    var places = new HashSet<List<Tile>>();
    for (int seed = 0; seed < 50; seed++) {
      places.add(tiling.tiles(shape, ROW, seed));
      assertThat(tiling.tiles(shape, ROW, seed)).isEqualTo(tiling.tiles(shape, ROW, seed));
    }
    assertThat(places.size()).isGreaterThan(10);
  }

  @Test
  void shouldNameBothSidesOfWhatDoesNotFit() {
    var shape = new ImageShape(30, 30, 3);
    assertThatThrownBy(() -> new Tiling.Patches(1).require(shape, ROW))
        .hasMessageContaining("30x30x3")
        .hasMessageContaining("2 channels");
    assertThatThrownBy(() -> new Tiling.Direct(4).require(shape, ROW))
        .hasMessageContaining("30x30x3");
    assertThatThrownBy(() -> new Tiling.Whole().require(shape, ROW))
        .hasMessageContaining("30x30x3")
        .hasMessageContaining("8x8x2");
  }
}
