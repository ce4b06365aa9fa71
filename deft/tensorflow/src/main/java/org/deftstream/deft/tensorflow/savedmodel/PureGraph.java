package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.tensor.TensorSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A graph that may be given to TensorFlow: two inputs, variables whose values are known, and {@link
 * PureOperations}. Checked before TensorFlow sees it, when it is imported and each time it is
 * opened, for whoever can write a directory is not known.
 */
public final class PureGraph {
  static final String VARIABLE = "VariableV2";

  /** Values of one tensor, 1 GB of them. */
  public static final long MOST_VALUES = 1 << 28;

  private PureGraph() {}

  /**
   * Reads the graph of a prior's directory.
   *
   * @param weights its variables
   * @throws UserError if it may not be given to TensorFlow; one line that names it
   */
  public static GraphDef read(Path file, ModelConfig config, Map<String, TensorSource> weights) {
    byte[] content = SmallFiles.read(file);
    try {
      var graph = GraphDef.parseFrom(content);
      check(graph, Set.of(config.sample(), config.time()), weights);
      return graph;
    } catch (InvalidProtocolBufferException e) {
      throw new UserError(file + ": " + SmallFiles.unsound(content, "graph of TensorFlow"), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks a graph.
   *
   * @throws IllegalArgumentException saying what is not allowed
   */
  static void check(GraphDef graph, Set<String> inputs, Map<String, TensorSource> weights) {
    if (graph.getLibrary().getFunctionCount() > 0 || graph.getLibrary().getGradientCount() > 0) {
      throw new IllegalArgumentException("it has functions");
    }
    var unused = new TreeSet<>(weights.keySet());
    for (var node : graph.getNodeList()) {
      check(node);
      if (node.getOp().equals("Placeholder") && !inputs.contains(node.getName())) {
        throw new IllegalArgumentException("it has another input " + Names.shown(node.getName()));
      }
      if (node.getOp().equals(VARIABLE)
          && !(unused.remove(node.getName()) && fits(node, weights.get(node.getName())))) {
        throw new IllegalArgumentException(
            "variable " + Names.shown(node.getName()) + " has no value that fits");
      }
    }
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(
          "weight " + Names.shown(unused.first()) + " belongs to no variable");
    }
  }

  private static boolean fits(NodeDef variable, TensorSource weight) {
    var sides = variable.getAttrOrDefault("shape", Types.NONE).getShape().getDimList();
    return variable.getAttrOrDefault("dtype", Types.NONE).getType() == DataType.DT_FLOAT
        && Arrays.equals(
            sides.stream().mapToLong(TensorShapeProto.Dim::getSize).toArray(),
            Arrays.stream(weight.shape()).asLongStream().toArray());
  }

  private static void check(NodeDef node) {
    requirePure(node);
    for (var attribute : node.getAttrMap().values()) {
      if (attribute.getValueCase() == AttrValue.ValueCase.FUNC
          || attribute.getValueCase() == AttrValue.ValueCase.PLACEHOLDER
          || attribute.getList().getFuncCount() > 0) {
        throw new IllegalArgumentException(
            "operation " + Names.shown(node.getName()) + " takes a function");
      }
      if (attribute.getValueCase() == AttrValue.ValueCase.TENSOR) {
        check(node, attribute.getTensor());
      }
    }
  }

  private static void check(NodeDef node, TensorProto tensor) {
    boolean number =
        switch (tensor.getDtype()) {
          case DT_FLOAT, DT_DOUBLE, DT_HALF, DT_BFLOAT16, DT_BOOL -> true;
          case DT_INT8, DT_INT16, DT_INT32, DT_INT64, DT_UINT8, DT_UINT16 -> true;
          case DT_UINT32, DT_UINT64 -> true;
          default -> false;
        };
    long values = number ? 1 : -1;
    for (var side : tensor.getTensorShape().getDimList()) {
      boolean fits = side.getSize() >= 0 && side.getSize() <= MOST_VALUES;
      values = fits && values <= MOST_VALUES ? values * side.getSize() : -1;
    }
    if (values < 0 || values > MOST_VALUES) {
      throw new IllegalArgumentException(
          "constant "
              + Names.shown(node.getName())
              + (number ? " is too large" : " holds no numbers"));
    }
  }

  /** Refuses what is not on the list, by its name. */
  static void requirePure(NodeDef node) {
    if (!PureOperations.ALL.contains(node.getOp()) && !node.getOp().equals(VARIABLE)) {
      throw new IllegalArgumentException(
          "operation "
              + Names.shown(node.getName())
              + " is "
              + Names.shown(node.getOp())
              + ": only arithmetic on tensors is evaluated, nothing that reads or writes files, keeps"
              + " a state, loops or runs code");
    }
  }
}
