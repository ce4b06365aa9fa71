package org.deftstream.deft.formats.bart;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.SampleStack;
import org.deftstream.deft.formats.SeriesFormat;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.safetensors.AtomicFiles;

/**
 * BART's pair of {@code name.cfl} and {@code name.hdr}. Its first axis is the fastest: read, the
 * axes come in reverse order (coils, slices, rows, columns), without those of length 1.
 */
public final class CflFormat implements SeriesFormat {
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int AXES = 16;

  @Override
  public String name() {
    return "cfl";
  }

  @Override
  public List<String> endings() {
    return List.of(".cfl");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return name.endsWith(".cfl");
  }

  private static Path header(Path data) {
    String name = data.getFileName().toString();
    return data.resolveSibling(name.substring(0, name.length() - 4) + ".hdr");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    int[] axes = axes(file);
    var values = file.floats(true, axes);
    if (Files.size(file.path()) < (long) values.length * Float.BYTES) {
      throw file.problem(
          "was cut: %s needs %d bytes, and %d are there"
              .formatted(
                  NumericArray.describe(axes, true),
                  (long) values.length * Float.BYTES,
                  Files.size(file.path())));
    }
    try (var in = new BufferedInputStream(Files.newInputStream(file.path()))) {
      var block = new byte[1 << 16];
      for (int at = 0; at < values.length; ) {
        int read = in.readNBytes(block, 0, Math.min(block.length, 4 * (values.length - at)));
        if (read % 4 != 0 || read == 0) {
          throw file.problem("ends while it is being read");
        }
        ByteBuffer.wrap(block, 0, read)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(values, at, read / 4);
        at += read / 4;
      }
    }
    int[] rowMajor =
        IntStream.range(0, axes.length)
            .map(i -> axes[axes.length - 1 - i])
            .filter(length -> length > 1)
            .toArray();
    return ArrayFile.cut(
        file, new NumericArray(values, true, rowMajor), options, new HashMap<>(), List.of());
  }

  private static int[] axes(InputFile file) throws IOException {
    Path header = header(file.path());
    if (!Files.isRegularFile(header)) {
      throw file.problem("needs " + header.getFileName() + " beside it, which is not there");
    }
    String text;
    try (var in = Files.newInputStream(header)) {
      text = new String(in.readNBytes(LONGEST_HEADER), StandardCharsets.ISO_8859_1);
    }
    String[] lines = text.split("\\R", -1);
    for (int i = 0; i + 1 < lines.length; i++) {
      if (lines[i].strip().equals("# Dimensions")) {
        String[] parts = lines[i + 1].strip().split("\\s+", -1);
        if (parts.length <= AXES
            && Arrays.stream(parts).allMatch(part -> part.matches("[1-9]\\d{0,9}"))) {
          long[] lengths = Arrays.stream(parts).mapToLong(Long::parseLong).toArray();
          if (Arrays.stream(lengths).allMatch(length -> length <= Integer.MAX_VALUE)) {
            return Arrays.stream(lengths).mapToInt(length -> (int) length).toArray();
          }
        }
      }
    }
    throw file.problem(
        header.getFileName() + " has no line of up to 16 lengths behind '# Dimensions'");
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    var stack = SampleStack.of(samples);
    int size = stack.size();
    var bytes = ByteBuffer.allocate(Math.multiplyExact(size, 8)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      bytes.putFloat(stack.values()[stack.complex() ? 2 * i : i]);
      bytes.putFloat(stack.complex() ? stack.values()[2 * i + 1] : 0);
    }
    int[] shape = stack.shape();
    String axes =
        IntStream.range(0, Math.max(AXES, shape.length))
            .map(i -> i < shape.length ? shape[shape.length - 1 - i] : 1)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "));
    AtomicFiles.write(header(file), "# Dimensions\n" + axes + "\n# Creator\ndeftstream\n");
    AtomicFiles.write(file, bytes.array());
    return SampleStack.lost("cfl", samples);
  }
}
