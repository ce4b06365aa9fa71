package org.deftstream.deft.tensorflow.savedmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * A graph whose calls of functions are looked through: programs keep networks in functions that
 * call each other. Nothing is run; what nobody asks for is not looked at. Every method throws
 * IllegalArgumentException where the graph is not sound. For one thread.
 */
final class FlatGraph {
  private static final int MOST_NODES = 200_000;
  private static final int DEEPEST = 32;
  private static final int MOST_STEPS = 10_000;
  private static final int MOST_OUTPUTS = 10_000;
  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  /** The nodes of a graph or function, and its arguments by their places. */
  private record Body(
      Map<String, NodeDef> nodes, Map<String, Integer> arguments, FunctionDef function) {}

  /** One call of a function, or the graph itself. */
  static final class Scope {
    private final Body body;
    private final Scope caller;
    private final NodeDef call;
    private final String prefix;
    private final int depth;
    private final Map<String, Scope> calls = new HashMap<>();
    private final Map<String, Node> flat = new HashMap<>();

    private Scope(Body body, Scope caller, NodeDef call) {
      this.body = body;
      this.caller = caller;
      this.call = call;
      this.prefix = caller == null ? "" : caller.prefix + call.getName() + "/";
      this.depth = caller == null ? 0 : caller.depth + 1;
    }
  }

  /** An operation that is no call, in one call of its function. Compared by identity. */
  static final class Node {
    private final Scope scope;
    private final NodeDef definition;
    private final String name;

    private Node(Scope scope, NodeDef definition, String name) {
      this.scope = scope;
      this.definition = definition;
      this.name = name;
    }

    NodeDef definition() {
      return definition;
    }

    /** Its name, which no other has. */
    String name() {
      return name;
    }

    String operation() {
      return definition.getOp();
    }
  }

  /** One output of an operation. */
  record Output(Node node, int index) {}

  private final Map<String, OpDef> operations;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, Body> bodies = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Scope top;
  private int nodes;

  /**
   * A graph.
   *
   * @param operations those of TensorFlow, by their names
   */
  FlatGraph(GraphDef graph, Map<String, OpDef> operations) {
    this.operations = operations;
    for (var function : graph.getLibrary().getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
    top = new Scope(new Body(named(graph.getNodeList()), Map.of(), null), null, null);
  }

  private static Map<String, NodeDef> named(List<NodeDef> nodes) {
    var named = new HashMap<String, NodeDef>();
    for (var node : nodes) {
      if (named.put(node.getName(), node) != null) {
        throw new IllegalArgumentException(
            "two operations are called " + Names.shown(node.getName()));
      }
    }
    return named;
  }

  /** What stands for an output of the graph: {@code node} or {@code node:index}. */
  Output output(String tensor) {
    return resolve(top, tensor);
  }

  /** An operand of an operation. */
  Output operand(Node node, int index) {
    return resolve(node.scope, data(node.definition, index));
  }

  /** All operands of an operation. */
  List<Output> operands(Node node) {
    return data(node.definition).stream().map(input -> resolve(node.scope, input)).toList();
  }

  /** The operations that outputs are made of. */
  Set<Node> needed(List<Output> outputs) {
    var needed = new LinkedHashSet<Node>();
    var open = new ArrayDeque<Node>();
    for (var output : outputs) {
      open.add(output.node());
    }
    while (!open.isEmpty()) {
      var node = open.remove();
      if (needed.add(node)) {
        operands(node).forEach(operand -> open.add(operand.node()));
      }
    }
    return needed;
  }

  /** Every operation that an operation of the graph waits for, in whatever functions. */
  List<Node> waitedFor(String name) {
    record Place(Scope scope, NodeDef node) {}
    var found = new ArrayList<Node>();
    var seen = new HashSet<Node>();
    var open = new ArrayDeque<Place>();
    open.add(new Place(top, top.body.nodes().get(name)));
    while (!open.isEmpty()) {
      var place = open.remove();
      if (place.node() == null || !seen.add(flat(place.scope(), place.node()))) {
        continue;
      }
      if (isCall(place.node())) {
        var inner = inner(place.scope(), place.node());
        inner.body.nodes().values().forEach(node -> open.add(new Place(inner, node)));
      } else {
        found.add(flat(place.scope(), place.node()));
      }
      for (String input : place.node().getInputList()) {
        String neighbour = input.replaceFirst("^\\^", "").replaceFirst(":.*", "");
        open.add(new Place(place.scope(), place.scope().body.nodes().get(neighbour)));
      }
    }
    return found;
  }

  private static List<String> data(NodeDef node) {
    return node.getInputList().stream().filter(input -> !input.startsWith("^")).toList();
  }

  private static String data(NodeDef node, int index) {
    var given = data(node);
    if (index >= given.size()) {
      throw new IllegalArgumentException(
          "operation " + Names.shown(node.getName()) + " lacks an operand");
    }
    return given.get(index);
  }

  private Output resolve(Scope from, String reference) {
    var scope = from;
    String input = reference;
    for (int step = 0; step < MOST_STEPS; step++) {
      String[] parts = input.split(":", -1);
      var argument = parts.length == 1 ? scope.body.arguments().get(parts[0]) : null;
      if (argument != null) {
        input = data(scope.call, argument);
        scope = scope.caller;
        continue;
      }
      var node = scope.body.nodes().get(parts[0]);
      if (node == null) {
        throw new IllegalArgumentException("there is no operation " + Names.shown(input));
      }
      if (isCall(node)) {
        var inner = inner(scope, node);
        input = result(inner, outputIndex(scope, node, parts));
        scope = inner;
      } else if (node.getOp().equals("IdentityN")) {
        input = data(node, outputIndex(scope, node, parts));
      } else if (isPassed(node)) {
        input = data(node, 0);
      } else {
        return new Output(flat(scope, node), outputIndex(scope, node, parts));
      }
    }
    throw new IllegalArgumentException("its functions call each other without end");
  }

  /**
   * Where inputs stand for what they are given by default, and names of variables are handed on.
   */
  private static boolean isPassed(NodeDef node) {
    return switch (node.getOp()) {
      case "PlaceholderWithDefault", "CheckNumerics", "PreventGradient" -> true;
      case "Identity" -> node.getAttrOrDefault("T", Types.NONE).getType() == DataType.DT_RESOURCE;
      default -> false;
    };
  }

  private boolean isCall(NodeDef node) {
    return CALLS.contains(node.getOp()) || functions.containsKey(node.getOp());
  }

  private Scope inner(Scope scope, NodeDef call) {
    var known = scope.calls.get(call.getName());
    if (known != null) {
      return known;
    }
    if (scope.depth >= DEEPEST) {
      throw new IllegalArgumentException("its functions call each other without end");
    }
    String name =
        CALLS.contains(call.getOp())
            ? call.getAttrOrDefault("f", Types.NONE).getFunc().getName()
            : call.getOp();
    var function = functions.get(name);
    if (function == null) {
      throw new IllegalArgumentException("there is no function " + Names.shown(name));
    }
    var body = bodies.computeIfAbsent(name, n -> body(function));
    count(1);
    var inner = new Scope(body, scope, call);
    scope.calls.put(call.getName(), inner);
    return inner;
  }

  private static Body body(FunctionDef function) {
    var arguments = new HashMap<String, Integer>();
    for (var argument : function.getSignature().getInputArgList()) {
      arguments.put(argument.getName(), arguments.size());
    }
    return new Body(named(function.getNodeDefList()), arguments, function);
  }

  private static String result(Scope inner, int index) {
    var function = inner.body.function();
    if (index >= function.getSignature().getOutputArgCount()) {
      throw new IllegalArgumentException(
          "a function has no result " + index + ": " + Names.shown(inner.call.getName()));
    }
    String name = function.getSignature().getOutputArg(index).getName();
    String made = function.getRetOrDefault(name, "");
    if (made.isEmpty()) {
      throw new IllegalArgumentException("a function makes no " + Names.shown(name));
    }
    return made;
  }

  /** In functions outputs have the names of their kind: {@code node:name:index}. */
  private int outputIndex(Scope scope, NodeDef node, String[] parts) {
    String last = parts[parts.length - 1];
    int index = parts.length > 1 && last.matches("[0-9]{1,5}") ? Integer.parseInt(last) : 0;
    boolean named = scope.caller != null && parts.length > 1 && !parts[1].matches("[0-9]+");
    if (!named || CALLS.contains(node.getOp())) {
      return index;
    }
    var function = functions.get(node.getOp());
    var operation = function == null ? operations.get(node.getOp()) : function.getSignature();
    if (operation == null) {
      throw new IllegalArgumentException("operation " + Names.shown(node.getOp()) + " is unknown");
    }
    int before = 0;
    for (var output : operation.getOutputArgList()) {
      if (output.getName().equals(parts[1])) {
        return before + index;
      }
      before += count(output, node);
    }
    throw new IllegalArgumentException(
        "there is no output " + Names.shown(String.join(":", parts)));
  }

  private static int count(OpDef.ArgDef output, NodeDef node) {
    long count = 1;
    if (!output.getNumberAttr().isEmpty()) {
      count = node.getAttrOrDefault(output.getNumberAttr(), Types.NONE).getI();
    } else if (!output.getTypeListAttr().isEmpty()) {
      count = node.getAttrOrDefault(output.getTypeListAttr(), Types.NONE).getList().getTypeCount();
    }
    if (count < 0 || count > MOST_OUTPUTS) {
      throw new IllegalArgumentException(
          "operation " + Names.shown(node.getName()) + " has " + count + " outputs");
    }
    return (int) count;
  }

  private Node flat(Scope scope, NodeDef node) {
    return scope.flat.computeIfAbsent(
        node.getName(),
        name -> {
          count(1);
          return new Node(scope, node, unused(scope.prefix + name));
        });
  }

  private String unused(String name) {
    String unused = name;
    for (int i = 1; !names.add(unused); i++) {
      unused = name + "_" + i;
    }
    return unused;
  }

  private void count(int more) {
    nodes += more;
    if (nodes > MOST_NODES) {
      throw new IllegalArgumentException("it has more than " + MOST_NODES + " operations");
    }
  }
}
