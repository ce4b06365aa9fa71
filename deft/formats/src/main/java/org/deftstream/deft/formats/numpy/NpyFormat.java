package org.deftstream.deft.formats.numpy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.SampleStack;
import org.deftstream.deft.formats.SeriesFormat;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.safetensors.AtomicFiles;

/** One NumPy array of numbers, real or complex, of any order of bytes and axes. */
public final class NpyFormat implements SeriesFormat {
  @Override
  public String name() {
    return "npy";
  }

  @Override
  public List<String> endings() {
    return List.of(".npy");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 0, NpyHeader.MAGIC);
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    try (var in = new BufferedInputStream(Files.newInputStream(file.path()))) {
      var header = NpyHeader.read(in, file);
      NumericArray array = NpyArray.read(in, header, file);
      return ArrayFile.cut(file, array, options, new HashMap<>(), NpyArray.notes(header));
    }
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    AtomicFiles.write(file, NpyArray.write(SampleStack.of(samples)));
    return SampleStack.lost("npy", samples);
  }
}
