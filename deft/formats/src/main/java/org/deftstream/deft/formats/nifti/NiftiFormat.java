package org.deftstream.deft.formats.nifti;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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

/**
 * NIfTI-1 in one file, plain or packed with gzip: a series of slices, width along the first axis of
 * the file, height along the second; all further axes count slices. Written as 32-bit floats.
 */
public final class NiftiFormat implements SeriesFormat {
  static final int HEADER = 348;
  static final int VOXELS = 352;

  @Override
  public String name() {
    return "nifti";
  }

  @Override
  public List<String> endings() {
    return List.of(".nii", ".nii.gz");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 344, "n+1\0")
        || ImageFormat.begins(head, 344, "ni1\0")
        || (name.endsWith(".nii.gz") && ImageFormat.begins(head, 0, "\u001f\u008b"));
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    boolean packed = ImageFormat.begins(first(file), 0, "\u001f\u008b");
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file.path()));
        InputStream in = packed ? new GZIPInputStream(raw) : raw) {
      var header = new NiftiHeader(file.exactly(in, HEADER, "the header"), file);
      in.skipNBytes(header.offset() - HEADER);
      int slices = header.slices();
      var values = file.floats(header.complex(), slices, header.height(), header.width());
      header.read(in, values);
      var all =
          new NumericArray(
              values, header.complex(), new int[] {slices, header.height(), header.width()});
      return FileContent.of(
          slices,
          slice ->
              new Sample(
                  all.part(1, slice),
                  "",
                  Optional.empty(),
                  header.affine().geometry(slice % header.depth()),
                  Map.of()),
          header.notes());
    }
  }

  private static byte[] first(InputFile file) throws IOException {
    try (var in = Files.newInputStream(file.path())) {
      return in.readNBytes(2);
    }
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    var first = samples.get(0);
    if (first.channels() != 1) {
      throw new IllegalArgumentException(
          "NIfTI is written with one channel, not as " + first.values().describe());
    }
    var stack = SampleStack.of(samples);
    boolean complex = stack.complex();
    var bytes =
        ByteBuffer.allocate(VOXELS + stack.values().length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, HEADER);
    int[] dim = {3, first.width(), first.height(), samples.size(), 1, 1, 1, 1};
    for (int i = 0; i < dim.length; i++) {
      bytes.putShort(40 + 2 * i, (short) dim[i]);
    }
    if (Math.max(Math.max(dim[1], dim[2]), dim[3]) > Short.MAX_VALUE) {
      throw new IllegalArgumentException("NIfTI-1 holds at most 32767 along each axis");
    }
    bytes.putShort(70, (short) (complex ? 32 : 16)).putShort(72, (short) (complex ? 64 : 32));
    bytes.putFloat(108, VOXELS).putFloat(112, 1).putFloat(116, 0);
    Affine.of(samples).write(bytes);
    put(bytes, 148, 79, "deftstream " + options.description());
    put(bytes, 344, 4, "n+1");
    bytes.position(VOXELS);
    bytes.asFloatBuffer().put(stack.values());
    AtomicFiles.write(file, packed(file, bytes.array()));
    var notes = new ArrayList<String>();
    if (!first.units().isEmpty()) {
      notes.add("NIfTI does not say that the numbers are in " + first.units());
    }
    if (first.geometry().identifiers().containsKey("StudyInstanceUID")) {
      notes.add("NIfTI keeps no identifiers of patient and study");
    }
    return notes;
  }

  private static void put(ByteBuffer bytes, int at, int most, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    bytes.put(at, ascii, 0, Math.min(most, ascii.length));
  }

  private static byte[] packed(Path file, byte[] plain) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return plain;
    }
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }
}
