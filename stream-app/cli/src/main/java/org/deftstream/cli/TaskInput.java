package org.deftstream.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.areadetector.Ad00Format;
import org.deftstream.deft.image.IntensityScale;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.MeasurementRange;
import org.deftstream.deft.operator.OperatorCache;
import org.deftstream.deft.task.Task;

/** Reads files as the measurements that a task takes. Used by one thread. */
final class TaskInput {
  private static final String SCALE = "scale";
  private static final long OPERATOR_BYTES = 256L << 20;
  private static final List<String> PATIENT =
      List.of(
          "PatientName",
          "PatientID",
          "PatientBirthDate",
          "PatientSex",
          "AccessionNumber",
          "ReferringPhysicianName",
          "StudyID",
          "StudyDate",
          "StudyTime");

  private final Task task;
  private final ReadingOptions options;
  private final OperatorCache operators;
  private final Map<String, NumericArray> ownFiles = new HashMap<>();
  private final Map<String, String> inFile = new LinkedHashMap<>();
  private final Set<Path> auxiliaryFiles = new HashSet<>();

  /**
   * Measurements of a task.
   *
   * @param maxPixels most pixels of an image
   */
  TaskInput(Task task, ReadingOptions options, long maxPixels) {
    this.task = task;
    this.options = options;
    operators = new OperatorCache(maxPixels, OPERATOR_BYTES);
    options.check();
    options.auxiliary().forEach(this::auxiliary);
  }

  private void auxiliary(String name, String array) {
    Path file = Path.of(array);
    if (!Files.isRegularFile(file)) {
      inFile.put(name, array);
      return;
    }
    auxiliaryFiles.add(file.toAbsolutePath().normalize());
    var content = ImageFormats.read(file, options.reading().fitting(shape -> true));
    var sample = content.samples().get(0);
    // A mask that was drawn has 255 for what is measured.
    ownFiles.put(
        name, sample.scale().map(scale -> share(sample.values(), scale)).orElse(sample.values()));
  }

  private static NumericArray share(NumericArray picture, IntensityScale scale) {
    var values = picture.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((values[i] - scale.low()) / (scale.high() - scale.low()));
    }
    return NumericArray.of(values, picture.shape());
  }

  /** Files that are auxiliary inputs, not measurements. */
  Set<Path> auxiliaryFiles() {
    return auxiliaryFiles;
  }

  /**
   * Reads one file.
   *
   * @throws UserError one line that names it, and what is wrong
   */
  FileContent read(Path file) {
    return ImageFormats.read(file, reading());
  }

  /**
   * Reads a message {@code ad00} that is no file.
   *
   * @param name how it is called in messages
   * @throws UserError one line that names it, and what is wrong
   */
  Ad00Format.Content read(byte[] message, String name) {
    var reading = reading();
    var file = new InputFile(Path.of(name), reading.maxBytes());
    return Ad00Format.read(message, file, reading);
  }

  private ReadOptions reading() {
    var operator = task.operator();
    var known = new HashSet<>(operator.auxiliaryShapes().keySet());
    known.addAll(operator.optionalShapes().keySet());
    known.removeAll(ownFiles.keySet());
    known.add(SCALE);
    var names = new HashSet<>(ownFiles.keySet());
    names.addAll(inFile.keySet());
    int channels = operator.imageShape().channels();
    var reading = options.reading();
    return new ReadOptions(
        reading.maxBytes(),
        channels == 3 ? 3 : 1,
        reading.dataset(),
        inFile,
        known,
        shape -> fits(operator, shape, names));
  }

  private boolean fits(ForwardOperator operator, int[] shape, Set<String> names) {
    int[] binned;
    try {
      binned = NumericArray.averagedShape(shape, options.blocks());
    } catch (IllegalArgumentException e) {
      return false; // A file may hold arrays of all shapes.
    }
    return operator.imageShapeOf(binned, names).isPresent();
  }

  /**
   * One of its samples as the task takes it.
   *
   * @throws UserError one line that names the file, and what does not fit
   */
  TaskSample sample(FileContent content, Source source) {
    try {
      var read = content.samples().get(source.slice());
      return fitted(read.polynomial(options.linearisation()).averaged(options.blocks()), source);
    } catch (IllegalArgumentException e) {
      throw new UserError(source + ": " + e.getMessage(), e);
    }
  }

  private TaskSample fitted(Sample sample, Source source) {
    var given = new TreeMap<>(sample.auxiliary());
    given.putAll(ownFiles);
    var stated = stated(given.remove(SCALE));
    var taken = new HashSet<>(task.operator().auxiliaryShapes().keySet());
    taken.addAll(task.operator().optionalShapes().keySet());
    given.keySet().removeIf(name -> !taken.contains(name) && !inFile.containsKey(name));
    int[] shape = sample.values().realShape();
    var image = task.operator().imageShapeOf(shape, given.keySet());
    if (image.isEmpty()) {
      shape = Arrays.copyOf(shape, shape.length + 1);
      shape[shape.length - 1] = 1;
      image = task.operator().imageShapeOf(shape, given.keySet());
    }
    if (image.isEmpty()) {
      throw new IllegalArgumentException(
          "holds %s, but a measurement of task '%s' is %s"
              .formatted(
                  sample.values(), task.name(), task.operator().measuredForm(given.keySet())));
    }
    var operator = operators.at(task.operator(), image.get()).sizedFor(shape);
    var auxiliary = auxiliary(operator, given, source);
    var scale =
        options
            .window(sample.units())
            .or(() -> stated)
            .or(() -> own(operator, auxiliary))
            .or(() -> natural(sample, operator));
    float[] values = sample.values().values();
    if (options.percentiles().isPresent()) {
      scale = Optional.of(percentiles(operator, auxiliary, values, sample.units()));
    }
    return new TaskSample(
        task.name(),
        source,
        scale.map(each -> inside(values, operator, each)).orElse(values),
        shape,
        image.get(),
        auxiliary,
        scale,
        geometry(sample.geometry(), source));
  }

  /** What a simulated measurement says of its image. */
  private static Optional<IntensityScale> stated(NumericArray scale) {
    return scale == null || scale.values().length != 2
        ? Optional.empty()
        : Optional.of(new IntensityScale(scale.values()[0], scale.values()[1], ""));
  }

  /** That of an operator in physical units, which a record may state. */
  private static Optional<IntensityScale> own(
      ForwardOperator operator, Map<String, NumericArray> auxiliary) {
    return operator.intensities().isEmpty()
        ? Optional.empty()
        : operator.bind(arrays(auxiliary)).intensities();
  }

  private static Map<String, float[]> arrays(Map<String, NumericArray> auxiliary) {
    var arrays = new HashMap<String, float[]>();
    auxiliary.forEach((name, array) -> arrays.put(name, array.values()));
    return arrays;
  }

  /** A picture's own scale means something where pictures are measured. */
  private static Optional<IntensityScale> natural(Sample sample, ForwardOperator operator) {
    return operator.linear() ? sample.scale() : Optional.empty();
  }

  private Map<String, NumericArray> auxiliary(
      ForwardOperator operator, Map<String, NumericArray> given, Source source) {
    var shapes = new TreeMap<>(operator.optionalShapes());
    shapes.putAll(operator.auxiliaryShapes());
    var fitted = new TreeMap<String, NumericArray>();
    given.forEach(
        (name, array) -> {
          int[] wanted = shapes.get(name);
          fitted.put(name, wanted == null ? array : fitted(array, wanted, source));
        });
    return fitted;
  }

  /** The array itself, or the part of a series that belongs to the sample. */
  private static NumericArray fitted(NumericArray array, int[] wanted, Source source) {
    int[] shape = array.realShape();
    boolean series =
        shape.length == wanted.length + 1
            && shape[0] == source.slices()
            && Arrays.equals(Arrays.copyOfRange(shape, 1, shape.length), wanted);
    if (series) {
      return array.part(1, source.slice());
    }
    boolean sameNumbers =
        !Arrays.equals(shape, wanted)
            && Arrays.stream(shape)
                .filter(n -> n > 1)
                .boxed()
                .toList()
                .equals(Arrays.stream(wanted).filter(n -> n > 1).boxed().toList());
    return sameNumbers && !array.complex() ? array.reshaped(wanted) : array;
  }

  /** By percentiles of what the values alone say of the image. */
  private IntensityScale percentiles(
      ForwardOperator operator, Map<String, NumericArray> auxiliary, float[] values, String units) {
    var bound = operator.bind(arrays(auxiliary));
    float[] image = bound.pseudoInverse(bound.measured(values));
    float[] nothing = bound.pseudoInverse(new float[values.length]);
    for (int i = 0; i < image.length; i++) {
      image[i] -= nothing[i];
    }
    Arrays.sort(image);
    double[] ends = options.percentiles().orElseThrow();
    float low = image[(int) Math.round(ends[0] / 100 * (image.length - 1))];
    float high = image[(int) Math.round(ends[1] / 100 * (image.length - 1))];
    if (!(high > low)) {
      throw new IllegalArgumentException("has the same value at both percentiles: " + low);
    }
    return IntensityScale.window(low, high, units);
  }

  /** Where pixels are measured one by one, what lies beyond the window is clipped to it. */
  private float[] inside(float[] values, ForwardOperator operator, IntensityScale scale) {
    if (options.window("").isEmpty()
        || !operator.measurementRange().equals(MeasurementRange.OF_IMAGES)) {
      return values;
    }
    var clipped = values.clone();
    for (int i = 0; i < clipped.length; i++) {
      clipped[i] = (float) Math.max(scale.low(), Math.min(scale.high(), clipped[i]));
    }
    return clipped;
  }

  private Geometry geometry(Geometry found, Source source) {
    var identifiers = new TreeMap<>(found.identifiers());
    if (options.withoutPatient()) {
      PATIENT.forEach(identifiers::remove);
    }
    identifiers.putAll(source.identifiers());
    return new Geometry(found.spacing(), found.position(), found.orientation(), identifiers);
  }

  /** The operator at the shapes of a sample. */
  ForwardOperator operator(TaskSample sample) {
    return operators.at(task.operator(), sample.image()).sizedFor(sample.shape());
  }

  /** The task. */
  Task task() {
    return task;
  }
}
