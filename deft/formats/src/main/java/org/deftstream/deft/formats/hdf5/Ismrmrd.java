package org.deftstream.deft.formats.hdf5;

import io.jhdf.GlobalHeap;
import io.jhdf.api.Dataset;
import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.CompoundDataType.CompoundDataMember;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.Sample;

/**
 * ISMRMRD raw data of Cartesian scans: complex k-space of coils x lines x samples, one sample for
 * each slice, contrast, phase, repetition and set. Averages are averaged, lines that were not
 * measured are zero, noise scans are passed over. The readouts are read from the file's own heap,
 * each once, so that no reference can be used to take more than the file holds.
 */
final class Ismrmrd {
  private static final String PATH = "dataset/data";
  private static final long NOISE = 1L << 18;
  private static final Pattern LINES =
      Pattern.compile(
          "<encodedSpace>\\s*<matrixSize>\\s*<x>\\d+</x>\\s*<y>(\\d{1,5})</y>", Pattern.DOTALL);
  private static final String[] COUNTERS = {"slice", "contrast", "phase", "repetition", "set"};

  private final Dataset dataset;
  private final Hdf5Arrays arrays;
  private final InputFile file;
  private final Map<Long, GlobalHeap> heaps = new HashMap<>();
  private final Map<String, List<Readout>> images = new TreeMap<>();
  private int lines;

  private Ismrmrd(Dataset dataset, Hdf5Arrays arrays, InputFile file) {
    this.dataset = dataset;
    this.arrays = arrays;
    this.file = file;
  }

  /** Whether a file is one. */
  static boolean is(Hdf5Arrays arrays) {
    return arrays.hdf().getChild("dataset") instanceof io.jhdf.api.Group group
        && group.getChild("data") instanceof Dataset data
        && data.getDataType() instanceof CompoundDataType type
        && type.getMembers().stream().anyMatch(member -> member.getName().equals("head"));
  }

  static FileContent read(Hdf5Arrays arrays, InputFile file) {
    return new Ismrmrd(arrays.hdf().getDatasetByPath(PATH), arrays, file).content();
  }

  private FileContent content() {
    var type = (CompoundDataType) dataset.getDataType();
    var head = member(type, "head");
    var data = member(type, "data");
    var fields = new HashMap<String, CompoundDataMember>();
    ((CompoundDataType) head.getDataType())
        .getMembers()
        .forEach(member -> fields.put(member.getName(), member));
    Hdf5Numbers.forEachElement(
        dataset, PATH, file, (bytes, index) -> note(bytes, head.getOffset(), fields, data));
    if (images.isEmpty()) {
      throw file.problem("holds no readout of an image");
    }
    lines = Math.max(lines, encodedLines());
    var keys = new ArrayList<>(images.values());
    return FileContent.of(
        keys.size(),
        i -> Sample.of(kSpace(keys.get(i))),
        List.of("an oversampled readout is kept as it is; averages are averaged"));
  }

  private CompoundDataMember member(CompoundDataType type, String name) {
    return type.getMembers().stream()
        .filter(member -> member.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> file.problem(PATH + " has no field '" + name + "'"));
  }

  private void note(
      ByteBuffer element,
      int head,
      Map<String, CompoundDataMember> fields,
      CompoundDataMember data) {
    var bytes = element.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int from = element.position();
    var fieldOf = new Fields(bytes, from + head, fields, file);
    if ((fieldOf.number("flags") & NOISE) != 0) {
      return;
    }
    if (fieldOf.number("trajectory_dimensions") != 0) {
      throw file.problem("was not scanned line by line (it has a trajectory), which is not read");
    }
    var counters = fieldOf.inner("idx");
    if (counters.number("kspace_encode_step_2") != 0) {
      throw file.problem("was encoded in three dimensions, which is not read");
    }
    int line = (int) counters.number("kspace_encode_step_1");
    int coils = (int) fieldOf.number("active_channels");
    int samples = (int) fieldOf.number("number_of_samples");
    var key = new StringBuilder();
    for (String counter : COUNTERS) {
      key.append(String.format("%05d ", counters.number(counter)));
    }
    int at = from + data.getOffset();
    int length = bytes.getInt(at);
    if (coils < 1 || samples < 1 || length != 2L * coils * samples) {
      throw file.problem(
          "a readout of %d coils and %d samples has %d numbers".formatted(coils, samples, length));
    }
    lines = Math.max(lines, line + 1);
    images
        .computeIfAbsent(key.toString(), any -> new ArrayList<>())
        .add(new Readout(line, coils, samples, bytes.getLong(at + 4), bytes.getInt(at + 12)));
  }

  private int encodedLines() {
    Object xml = arrays.hdf().getDatasetByPath("dataset/xml").getData();
    String text = xml instanceof String[] several ? several[0] : String.valueOf(xml);
    var found = LINES.matcher(text);
    return found.find() ? Integer.parseInt(found.group(1)) : 0;
  }

  private NumericArray kSpace(List<Readout> readouts) {
    int coils = readouts.get(0).coils;
    int samples = readouts.get(0).samples;
    var values = file.floats(true, coils, lines, samples);
    file.release((long) values.length * Float.BYTES);
    var times = new int[lines];
    for (var readout : readouts) {
      if (readout.coils != coils || readout.samples != samples) {
        throw file.problem("has readouts of different lengths for one image");
      }
      var heap =
          heaps.computeIfAbsent(
              readout.heap,
              address -> new GlobalHeap(arrays.hdf().getHdfBackingStorage(), address));
      var numbers = heap.getObjectData(readout.index).order(ByteOrder.LITTLE_ENDIAN);
      if (numbers.remaining() < 8L * coils * samples) {
        throw file.problem("a readout was cut");
      }
      times[readout.line]++;
      for (int coil = 0; coil < coils; coil++) {
        int to = 2 * (coil * lines + readout.line) * samples;
        for (int i = 0; i < 2 * samples; i++) {
          values[to + i] += numbers.getFloat(4 * (2 * coil * samples + i));
        }
      }
    }
    for (int i = 0; i < values.length; i++) {
      int repeated = times[i / (2 * samples) % lines];
      values[i] = repeated > 1 ? values[i] / repeated : values[i];
    }
    return new NumericArray(values, true, new int[] {coils, lines, samples});
  }

  /** One line of one image, and where its numbers are. */
  private record Readout(int line, int coils, int samples, long heap, int index) {}

  /** Whole numbers of a compound, by name. */
  private record Fields(
      ByteBuffer bytes, int from, Map<String, CompoundDataMember> members, InputFile file) {
    long number(String name) {
      var member = find(name);
      int at = from + member.getOffset();
      return switch (member.getDataType().getSize()) {
        case 1 -> bytes.get(at) & 0xff;
        case 2 -> bytes.getShort(at) & 0xffff;
        case 4 -> Integer.toUnsignedLong(bytes.getInt(at));
        default -> bytes.getLong(at);
      };
    }

    Fields inner(String name) {
      var member = find(name);
      var inner = new HashMap<String, CompoundDataMember>();
      ((CompoundDataType) member.getDataType())
          .getMembers()
          .forEach(each -> inner.put(each.getName(), each));
      return new Fields(bytes, from + member.getOffset(), inner, file);
    }

    private CompoundDataMember find(String name) {
      var member = members.get(name);
      if (member == null) {
        throw file.problem("a readout's header has no field '" + name + "'");
      }
      return member;
    }
  }
}
