package org.deftstream.devstack.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.Png;

/**
 * The pictures that ship with the program, on the class path under {@code demo-data}. Their sources
 * and licences are in the {@code README.md} beside them; the head CT slices are GPL-2, not
 * Apache-2.0 like the program.
 */
enum DemoImages {
  /** 104 axial slices, 64x64, of a head and a scanner that the prior has never seen. */
  HEAD_CT("head-ct-other-scanner"),
  /** 128 test images, 32x32. */
  FASHION("fashion-mnist-test");

  /** One picture with the name of its file, without the ending. */
  record Named(String name, GreyImage picture) {}

  private final String directory;

  DemoImages(String directory) {
    this.directory = "/demo-data/" + directory + "/";
  }

  /** Names of all pictures, in order; for the slices that is the order of the scan. */
  List<String> names() {
    try (InputStream in = open("index.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("\\.png$", ""))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Pictures spread evenly over the whole set: neighbouring slices of a scan look alike.
   *
   * @param count from 1 to the number of pictures there are; larger counts get all of them
   */
  List<Named> spread(int count) {
    var names = names();
    int wanted = Math.min(count, names.size());
    var pictures = new ArrayList<Named>(wanted);
    for (int i = 0; i < wanted; i++) {
      var name = names.get((int) ((i + 0.5) * names.size() / wanted));
      try (InputStream in = open(name + ".png")) {
        pictures.add(new Named(name, Png.read(in, name + ".png")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return pictures;
  }

  private InputStream open(String file) throws IOException {
    InputStream in = DemoImages.class.getResourceAsStream(directory + file);
    if (in == null) {
      throw new IOException(directory + file + " is not on the class path");
    }
    return in;
  }
}
