package org.deftstream.deft.formats.dicom;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.safetensors.AtomicFiles;

/**
 * DICOM images of one channel, uncompressed, explicit or implicit little endian, of one or several
 * frames, as {@code stored * RescaleSlope + RescaleIntercept}: Hounsfield units of a CT. Pixels
 * that the scanner padded get the least value that was measured. Written are derived series, one
 * file a slice ({@link DicomWriter}).
 */
public final class DicomFormat implements ImageFormat {
  private static final int MOST_FRAMES = 1 << 16;
  private static final String HU = "HU";

  @Override
  public String name() {
    return "dicom";
  }

  @Override
  public List<String> endings() {
    return List.of(".dcm", ".dicom", ".ima");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return ImageFormat.begins(head, 128, "DICM");
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    var elements = new DicomElements(file.bytes(), file);
    int rows = elements.required(Tag.Rows);
    int columns = elements.required(Tag.Columns);
    if (elements.unsigned(Tag.SamplesPerPixel).orElse(1) != 1) {
      throw file.problem("holds colours; images of one channel are read");
    }
    String shown = elements.text(Tag.PhotometricInterpretation).orElse("MONOCHROME2");
    if (!shown.startsWith("MONOCHROME")) {
      throw file.problem("is " + shown + "; MONOCHROME1 and MONOCHROME2 are read");
    }
    double[] said = elements.numbers(Tag.NumberOfFrames, 1);
    int frames = said.length == 0 ? 1 : (int) said[0];
    if (frames < 1 || frames > MOST_FRAMES) {
      throw file.problem("says that it has " + frames + " frames");
    }
    var pixels = new DicomPixels(elements, file, rows, columns, frames);
    var values = file.floats(false, frames, rows, columns);
    var notes = new ArrayList<>(pixels.read(values));
    var geometry = geometry(elements);
    if (frames > 1) {
      notes.add("positions of single frames are not read");
    }
    String units = units(elements);
    return FileContent.of(
        frames,
        frame ->
            new Sample(
                NumericArray.of(values, frames, rows, columns).part(1, frame),
                units,
                Optional.empty(),
                frames == 1 ? geometry : unplaced(geometry),
                Map.of()),
        notes);
  }

  private static String units(DicomElements elements) {
    boolean ct = elements.text(Tag.Modality).orElse("").equals("CT");
    String said = elements.text(Tag.RescaleType).orElse("");
    // Scanners write it in several ways: Hounsfield, Houndsfield Unit.
    return said.matches("(?i)hou?n.*") || (said.isEmpty() && ct && scaled(elements)) ? HU : said;
  }

  private static boolean scaled(DicomElements elements) {
    return elements.bytes(Tag.RescaleSlope) != null;
  }

  private static Geometry geometry(DicomElements elements) {
    double[] pixel = elements.numbers(Tag.PixelSpacing, 2);
    double[] between = elements.numbers(Tag.SpacingBetweenSlices, 1);
    if (between.length == 0) {
      between = elements.numbers(Tag.SliceThickness, 1);
    }
    boolean volume = pixel.length == 2 && between.length == 1 && between[0] > 0;
    Map<String, String> identifiers = new HashMap<>();
    for (var tag : Tag.values()) {
      if (tag.travels()) {
        elements.text(tag).ifPresent(text -> identifiers.put(tag.name(), text));
      }
    }
    return new Geometry(
        volume ? new double[] {pixel[0], pixel[1], between[0]} : pixel,
        elements.numbers(Tag.ImagePositionPatient, 3),
        elements.numbers(Tag.ImageOrientationPatient, 6),
        identifiers);
  }

  private static Geometry unplaced(Geometry geometry) {
    return new Geometry(geometry.spacing(), new double[0], new double[0], geometry.identifiers());
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    var notes = new ArrayList<String>();
    byte[] written = DicomWriter.write(samples.get(0), options, notes);
    AtomicFiles.write(file, written);
    return notes;
  }
}
