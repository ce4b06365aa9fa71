package org.deftstream.deft.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.evaluation.RunManifest.MethodRun;
import org.deftstream.deft.evaluation.RunManifest.TaskRun;
import org.deftstream.deft.evaluation.report.Gallery;
import org.deftstream.deft.image.ImageShape;

/** Takes the first images of every task out of the stored results. Not thread-safe. */
final class GalleryBuilder {
  private final ResultStore store;

  GalleryBuilder(ResultStore store) {
    this.store = store;
  }

  /** One gallery for each task of each plan, in their order. */
  List<Gallery> build() throws IOException {
    var galleries = new ArrayList<Gallery>();
    for (var plan : store.manifests()) {
      for (var task : plan.tasks()) {
        galleries.add(gallery(plan.name(), task));
      }
    }
    return galleries;
  }

  private Gallery gallery(String plan, TaskRun run) throws IOException {
    var shape = new ImageShape(run.height(), run.width(), run.channels());
    var truthFile = store.vectors(run.key(), "truth", shape.size());
    var rows = new ArrayList<Gallery.Row>();
    if (truthFile.exists()) {
      var truths = truthFile.readAll();
      var means = new ArrayList<List<float[]>>();
      var deviations = new ArrayList<List<float[]>>();
      for (var method : run.methods()) {
        means.add(vectors(method, "mean", shape));
        deviations.add(vectors(method, "deviation", shape));
      }
      for (int i = 0; i < Math.min(Evaluation.SHOWN, truths.size()); i++) {
        var cells = new ArrayList<Gallery.Cell>();
        for (int m = 0; m < means.size(); m++) {
          var score = store.scores(run.methods().get(m).key()).get(i);
          boolean there = score != null && !score.failed();
          cells.add(
              there
                  ? new Gallery.Cell(means.get(m).get(i), at(deviations.get(m), i), score.psnr())
                  : null);
        }
        var picture = store.picture(run.key(), i);
        byte[] measurement = Files.exists(picture) ? Files.readAllBytes(picture) : null;
        rows.add(new Gallery.Row(truths.get(i), measurement, cells));
      }
    }
    var labels = run.methods().stream().map(method -> method.setup().label()).toList();
    return new Gallery(plan, run.task(), shape, labels, rows);
  }

  private List<float[]> vectors(MethodRun method, String kind, ImageShape shape)
      throws IOException {
    var file = store.vectors(method.key(), kind, shape.size());
    return file.exists() ? file.readAll() : List.of();
  }

  private static float[] at(List<float[]> all, int index) {
    return index < all.size() ? all.get(index) : null;
  }
}
