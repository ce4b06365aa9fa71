package org.deftstream.deft.formats;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A file of named arrays of which one is meant: npz, MATLAB, HDF5. Which one, and where it is cut
 * into samples, follows from {@link ReadOptions}.
 */
public abstract class ArrayFile {
  /** More names than any message shows. */
  private static final int SHOWN = 12;

  /** What records call the measured numbers: taken before others of a fitting shape. */
  private static final String VALUES = "values";

  private final InputFile file;

  /** Arrays of a file. */
  protected ArrayFile(InputFile file) {
    this.file = file;
  }

  /** What an array is before it is read: complex numbers with a last axis of 2. */
  protected abstract Map<String, int[]> shapes();

  /** Reads one. */
  protected abstract NumericArray load(String name) throws IOException;

  /** The samples of the array that is meant, with the auxiliary arrays that are asked for. */
  public final FileContent content(ReadOptions options) throws IOException {
    var auxiliary = new LinkedHashMap<String, NumericArray>();
    for (var wanted : options.auxiliary().entrySet()) {
      auxiliary.put(wanted.getKey(), load(find(wanted.getValue())));
    }
    for (String name : options.taken()) {
      var there = matching(name);
      if (!auxiliary.containsKey(name) && there.size() == 1) {
        auxiliary.put(name, load(there.get(0)));
      }
    }
    String chosen = options.dataset().isPresent() ? find(options.dataset().get()) : choose(options);
    return cut(file, load(chosen), options, auxiliary, List.of());
  }

  private String find(String name) {
    var found = matching(name);
    if (found.size() != 1) {
      throw file.problem(
          (found.isEmpty() ? "has no array '" : "has several arrays '")
              + name
              + "'; there are "
              + listed());
    }
    return found.get(0);
  }

  /** An array by its whole name, or by the last parts of it. */
  private List<String> matching(String name) {
    String plain = name.startsWith("/") ? name.substring(1) : name;
    if (shapes().containsKey(plain)) {
      return List.of(plain);
    }
    return shapes().keySet().stream()
        .filter(each -> each.endsWith("." + plain) || each.endsWith("/" + plain))
        .toList();
  }

  private String choose(ReadOptions options) {
    var names = new ArrayList<>(shapes().keySet());
    names.removeIf(
        name ->
            options.auxiliary().values().stream().anyMatch(used -> matching(used).contains(name))
                || options.taken().stream().anyMatch(used -> matching(used).contains(name)));
    var fitting = names.stream().filter(name -> fits(shapes().get(name), options)).toList();
    if (fitting.size() > 1 && fitting.contains(VALUES)) {
      return VALUES;
    }
    if (fitting.size() != 1) {
      throw file.problem(
          (fitting.isEmpty() ? "has no array of the shape of a sample" : "has several arrays")
              + "; name one with --dataset, there are "
              + listed());
    }
    return fitting.get(0);
  }

  private String listed() {
    String names =
        shapes().entrySet().stream()
            .limit(SHOWN)
            .map(each -> each.getKey() + " (" + NumericArray.describe(each.getValue(), false) + ")")
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "none of numbers" : names + (shapes().size() > SHOWN ? ", ..." : "");
  }

  /**
   * Cuts an array into samples: the first axes count them, what is left is the shape of one.
   *
   * @throws org.deftstream.deft.UserError if no cut leaves that shape
   */
  public static FileContent cut(
      InputFile file,
      NumericArray array,
      ReadOptions options,
      Map<String, NumericArray> auxiliary,
      List<String> notes) {
    var whole = array;
    int axes = axes(array.realShape(), options);
    if (axes < 0) {
      whole = array.squeezed();
      axes = axes(whole.realShape(), options);
    }
    if (axes < 0) {
      throw file.problem(
          "holds " + array.describe() + ", which is not the shape of what is to be read");
    }
    var source = whole;
    int leading = axes;
    int count = Math.toIntExact(NumericArray.count(Arrays.copyOf(source.shape(), leading)));
    var shared = Map.copyOf(auxiliary);
    return FileContent.of(
        count,
        i ->
            new Sample(
                leading == 0 ? source : source.part(leading, i),
                "",
                Optional.empty(),
                Geometry.UNKNOWN,
                shared),
        notes);
  }

  private static boolean fits(int[] shape, ReadOptions options) {
    int[] squeezed = IntStream.of(shape).filter(length -> length != 1).toArray();
    return axes(shape, options) >= 0 || axes(squeezed, options) >= 0;
  }

  /** How many first axes count samples, so that the rest is one; negative if none do. */
  private static int axes(int[] shape, ReadOptions options) {
    for (int leading = 0; leading < shape.length; leading++) {
      int[] rest = Arrays.copyOfRange(shape, leading, shape.length);
      if (options.fits().test(rest) || options.fits().test(NumericArray.append(rest, 1))) {
        return leading;
      }
    }
    return -1;
  }
}
