package org.deftstream.deft.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.ForeignFile;

/**
 * The other files that a model of ONNX names for its weights. The runtime opens whatever is named,
 * wherever it lies, so this is read before the model is given to it.
 */
final class OnnxFiles {
  private static final int DEEPEST = 64;
  private static final int LONGEST = 255;

  /** Messages, and which of their fields hold messages that may name a file. */
  private enum Message {
    MODEL,
    TRAINING,
    GRAPH,
    FUNCTION,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR,
    ENTRY;

    private Map<Integer, Message> inner() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH, 20, TRAINING, 25, FUNCTION);
        case TRAINING -> Map.of(1, GRAPH, 2, GRAPH);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE);
        case FUNCTION -> Map.of(7, NODE, 11, ATTRIBUTE);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE, 23, SPARSE);
        case SPARSE -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of(13, ENTRY);
        case ENTRY -> Map.of();
      };
    }
  }

  private final Set<String> names = new TreeSet<>();

  private OnnxFiles() {}

  /**
   * The names of the files beside the model that it refers to.
   *
   * @throws UserError if it is damaged, or names a file that does not lie beside it
   */
  static Set<String> of(Path model) {
    var files = new OnnxFiles();
    try (var in = Files.newInputStream(model)) {
      var coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      files.read(coded, Message.MODEL, 0);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new UserError(model + ": " + unsound(model), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + model + ": " + FileProblem.reason(e), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(model + ": " + e.getMessage(), e);
    }
    return files.names;
  }

  /** What lies there: often another file by its name. */
  private static String unsound(Path model) {
    try (var in = Files.newInputStream(model)) {
      String foreign = ForeignFile.weights(in.readNBytes(64));
      return foreign.isEmpty() ? "it is no model of ONNX, or is damaged" : foreign;
    } catch (IOException e) {
      return FileProblem.reason(e);
    }
  }

  private void read(CodedInputStream in, Message message, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("its graphs are nested without end");
    }
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      var inner = message.inner().get(field);
      boolean bytes = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (message == Message.ENTRY && bytes && field <= 2) {
        String text = in.readString();
        key = field == 1 ? text : key;
        value = field == 2 ? text : value;
      } else if (inner != null && bytes) {
        int length = in.readRawVarint32();
        int old = in.pushLimit(length);
        read(in, inner, depth + 1);
        in.popLimit(old);
      } else if (!in.skipField(tag)) {
        throw new IllegalArgumentException("it is no model of ONNX, or is damaged");
      }
    }
    if (message == Message.ENTRY && !value.matches("[0-9]*")) {
      add(key, value);
    }
  }

  private void add(String key, String value) {
    if (!value.matches("[A-Za-z0-9_][A-Za-z0-9._ -]*") || value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "it names a file for its weights that does not lie beside it: '"
              + value.substring(0, Math.min(60, value.length())).replaceAll("[^\\x20-\\x7e]", "?")
              + "'");
    }
    if (!key.equals("checksum")) {
      names.add(value);
    }
  }
}
