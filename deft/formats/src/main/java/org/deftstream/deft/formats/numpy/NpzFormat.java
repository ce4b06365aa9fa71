package org.deftstream.deft.formats.numpy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.safetensors.AtomicFiles;

/** Several NumPy arrays by name in one zip file; answers are not written so. */
public final class NpzFormat implements ImageFormat {
  private static final int MOST_ENTRIES = 1000;

  @Override
  public String name() {
    return "npz";
  }

  @Override
  public List<String> endings() {
    return List.of(".npz");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return name.endsWith(".npz") && ImageFormat.begins(head, 0, "PK");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    try (var zip = new ZipFile(file.path().toFile())) {
      return new Arrays(zip, file).content(options);
    }
  }

  /** Writes arrays of 32-bit floats under their names; the file appears whole or not at all. */
  public static void write(Path file, Map<String, NumericArray> arrays) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var array : arrays.entrySet()) {
        var entry = new ZipEntry(array.getKey() + ".npy");
        // The same arrays give the same bytes.
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(NpyArray.write(array.getValue()));
      }
    }
    AtomicFiles.write(file, bytes.toByteArray());
  }

  /** The arrays of one file. */
  private static final class Arrays extends ArrayFile {
    private final ZipFile zip;
    private final InputFile file;
    private final Map<String, NpyHeader> headers = new LinkedHashMap<>();

    Arrays(ZipFile zip, InputFile file) throws IOException {
      super(file);
      this.zip = zip;
      this.file = file;
      if (zip.size() > MOST_ENTRIES) {
        throw file.problem("has " + zip.size() + " entries; at most " + MOST_ENTRIES + " are read");
      }
      for (var entry : Collections.list(zip.entries())) {
        if (entry.getName().endsWith(".npy")) {
          try (var in = new BufferedInputStream(zip.getInputStream(entry))) {
            String name = entry.getName().substring(0, entry.getName().length() - 4);
            headers.put(name, NpyHeader.read(in, file));
          }
        }
      }
    }

    @Override
    protected Map<String, int[]> shapes() {
      var shapes = new LinkedHashMap<String, int[]>();
      headers.forEach(
          (name, header) ->
              shapes.put(name, NumericArray.realShape(header.shape(), header.complex())));
      return shapes;
    }

    @Override
    protected NumericArray load(String name) throws IOException {
      try (var in = new BufferedInputStream(zip.getInputStream(zip.getEntry(name + ".npy")))) {
        return NpyArray.read(in, NpyHeader.read(in, file), file);
      }
    }
  }
}
