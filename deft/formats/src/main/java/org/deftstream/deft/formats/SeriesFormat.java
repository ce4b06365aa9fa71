package org.deftstream.deft.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A format that is written too, all slices of a volume into one file. */
public interface SeriesFormat extends ImageFormat {
  @Override
  default boolean writes() {
    return true;
  }

  @Override
  default boolean holdsSeries() {
    return true;
  }

  @Override
  List<String> write(Path file, List<Sample> samples, WriteOptions options) throws IOException;
}
