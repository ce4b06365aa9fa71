package org.deftstream.deft.formats.matlab;

import java.io.IOException;
import java.util.List;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.hdf5.Hdf5Arrays;

/**
 * MAT files, read only: numeric arrays by name, those in structures as {@code structure.field},
 * with the shape that MATLAB shows. Version 7.3 is HDF5 with the axes reversed.
 */
public final class MatFormat implements ImageFormat {
  @Override
  public String name() {
    return "matlab";
  }

  @Override
  public List<String> endings() {
    return List.of(".mat");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, "MATLAB 5.0")
        || ImageFormat.begins(head, 0, "MATLAB 7.3")
        || (name.endsWith(".mat")
            && (ImageFormat.begins(head, 126, "IM") || ImageFormat.begins(head, 126, "MI")));
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    byte[] bytes = file.bytes();
    if (isHdf5(bytes)) {
      try (var arrays = Hdf5Arrays.ofMatlab(file, bytes)) {
        return arrays.content(options);
      }
    }
    return new Mat5File(bytes, file).content(options);
  }

  private static boolean isHdf5(byte[] bytes) {
    return ImageFormat.begins(bytes, 512, "\u0089HDF") || ImageFormat.begins(bytes, 0, "\u0089HDF");
  }
}
