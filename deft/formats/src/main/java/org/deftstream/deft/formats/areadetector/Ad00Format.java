package org.deftstream.deft.formats.areadetector;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.FileContent;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.Sample;

/**
 * A message {@code ad00} of the streaming data types of the European Spallation Source
 * (FlatBuffers), read only: what a topic of an EPICS area detector holds, as a file or as it comes.
 *
 * <p>The schema does not say which dimension is the fastest. Its Python library and the facility's
 * writer of NeXus files take the last, and so does this; the plugin of EPICS names the fastest
 * first, which is taken where the other way does not fit. Of an image as high as wide both are the
 * same numbers in the same order.
 */
public final class Ad00Format implements ImageFormat {
  /** What records say of where they came from. */
  private static final String SOURCE = "ad00.source_name";

  private static final String ID = "ad00.id";
  private static final String TIMESTAMP = "ad00.timestamp";

  /**
   * What a message holds.
   *
   * @param capturedAt when the detector took it, if it says so
   */
  public record Content(FileContent content, Optional<Instant> capturedAt) {}

  @Override
  public String name() {
    return "ad00";
  }

  @Override
  public List<String> endings() {
    return List.of(".ad00");
  }

  @Override
  public boolean recognises(byte[] head, String name) {
    return FlatTable.is(head, Ad00Message.IDENTIFIER);
  }

  @Override
  public FileContent read(InputFile file, ReadOptions options) throws IOException {
    return read(file.bytes(), file, options).content();
  }

  /**
   * Reads a message that is no file.
   *
   * @param file how it is called in messages, and what its numbers may take of the heap; not opened
   * @throws UserError one line that names it, and says what is wrong
   */
  public static Content read(byte[] message, InputFile file, ReadOptions options) {
    if (!FlatTable.is(message, Ad00Message.IDENTIFIER)) {
      throw file.problem("is no message ad00: its bytes 4 to 7 are another schema's, or none");
    }
    Ad00Message read;
    try {
      read = Ad00Message.read(message, file);
    } catch (IllegalArgumentException e) {
      throw new UserError(file.path() + ": " + e.getMessage(), e);
    }
    var cut = cut(read, file, options);
    var geometry =
        new Geometry(
            Geometry.UNKNOWN.spacing(),
            Geometry.UNKNOWN.position(),
            Geometry.UNKNOWN.orientation(),
            Map.of(
                SOURCE,
                read.source(),
                ID,
                Integer.toString(read.id()),
                TIMESTAMP,
                Long.toString(read.timestamp())));
    var samples = cut.samples();
    var content =
        FileContent.of(
            samples.size(),
            i -> new Sample(samples.get(i).values(), "", Optional.empty(), geometry, Map.of()),
            cut.notes());
    return new Content(content, capturedAt(read.timestamp()));
  }

  private static FileContent cut(Ad00Message message, InputFile file, ReadOptions options) {
    try {
      return ArrayFile.cut(file, message.values(), options, new HashMap<>(), message.notes());
    } catch (UserError lastFastest) {
      try {
        return ArrayFile.cut(
            file, message.fastestFirst(), options, new HashMap<>(), message.notes());
      } catch (UserError firstFastest) {
        throw lastFastest;
      }
    }
  }

  private static Optional<Instant> capturedAt(long nanos) {
    return nanos <= 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000));
  }
}
