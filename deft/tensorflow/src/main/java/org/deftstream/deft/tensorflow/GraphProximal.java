package org.deftstream.deft.tensorflow;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proximal points as graphs, for operators that have a {@link ProximalForm}. Graphs are built when
 * they are first needed and the few that were used last are kept. Thread-safe; calls run one after
 * the other. Closed with the prior that it belongs to.
 */
final class GraphProximal implements ProximalDevice, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GraphProximal.class);
  private static final int MOST_GRAPHS = 8;
  private static final int MOST_CHOICES = 256;

  private final OperatorPlace place;
  private final SessionOptions options;
  private final OperatorForms forms;

  /** Those that were used last: whoever sends images of ever other sizes fills no memory. */
  private final Map<Choice, Boolean> chosen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Choice, Boolean> eldest) {
          return size() > MOST_CHOICES;
        }
      };

  private final LinkedHashMap<Kind, ProximalGraph> graphs = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  GraphProximal(OperatorPlace place, OperatorForms forms, SessionOptions options) {
    this.place = place;
    this.forms = forms;
    this.options = options;
  }

  /** What graphs differ in. */
  record Kind(Class<?> form, String operator, ImageShape shape, List<Integer> details) {
    static Kind of(ProximalForm form, ForwardOperator operator) {
      List<Integer> details;
      if (form instanceof ProximalForm.Averages averages) {
        details = List.of(averages.factor());
      } else if (form instanceof ProximalForm.Convolutions convolutions) {
        details = List.of(convolutions.coils());
      } else if (form instanceof ProximalForm.Matrix matrix) {
        details = List.of(matrix.rows(), matrix.columns(), Choice.rounded(matrix.values().length));
      } else {
        details = Arrays.stream(operator.measurementShape()).boxed().toList();
      }
      return new Kind(form.getClass(), operator.kind(), operator.imageShape(), details);
    }
  }

  /** What is measured: rows count up to a power of two. */
  record Choice(Kind kind, int rows) {
    static Choice of(Kind kind, int rows) {
      return new Choice(kind, rounded(rows));
    }

    /** Up to a power of two. */
    static int rounded(int rows) {
      return Integer.highestOneBit(Math.max(1, 2 * rows - 1));
    }
  }

  @Override
  public synchronized Optional<float[][]> solve(List<ProximalPoints.Row> rows) {
    var operator = rows.get(0).measurement().operator();
    var form = forms.of(operator);
    if (closed || form.isEmpty()) {
      return Optional.empty();
    }
    var choice = Choice.of(Kind.of(form.get(), operator), rows.size());
    if (place == OperatorPlace.AUTO) {
      var graph = chosen.get(choice);
      if (graph == null) {
        return Optional.of(measured(choice, form.get(), rows));
      }
      if (!graph) {
        return Optional.empty();
      }
    }
    return Optional.of(inGraph(choice.kind(), form.get(), rows));
  }

  /** Both ways, each after a run that does not count; what was found once is kept. */
  private float[][] measured(Choice choice, ProximalForm form, List<ProximalPoints.Row> rows) {
    inGraph(choice.kind(), form, rows);
    long begun = System.nanoTime();
    var answer = inGraph(choice.kind(), form, rows);
    double graph = (System.nanoTime() - begun) / 1e6;
    ProximalPoints.of(rows);
    begun = System.nanoTime();
    var onHost = ProximalPoints.of(rows);
    double host = (System.nanoTime() - begun) / 1e6;
    boolean faster = graph < host;
    chosen.put(choice, faster);
    LOG.info(
        "proximal points of {} {} for up to {} rows are found {}: {} ms as a graph, {} ms on the host",
        choice.kind().operator(),
        choice.kind().shape(),
        choice.rows(),
        faster ? "as a graph" : "on the host",
        Math.round(100 * graph) / 100.0,
        Math.round(100 * host) / 100.0);
    return faster ? answer : onHost;
  }

  private float[][] inGraph(Kind kind, ProximalForm form, List<ProximalPoints.Row> rows) {
    return NativeCalls.call(() -> graph(kind, form, rows).solve(form, rows));
  }

  private ProximalGraph graph(Kind kind, ProximalForm form, List<ProximalPoints.Row> rows) {
    var graph = graphs.get(kind);
    if (graph == null) {
      if (graphs.size() == MOST_GRAPHS) {
        var eldest = graphs.entrySet().iterator();
        eldest.next().getValue().close();
        eldest.remove();
      }
      graph = new ProximalGraph(form, rows.get(0).measurement().operator(), options);
      graphs.put(kind, graph);
    }
    return graph;
  }

  @Override
  public synchronized String place(ForwardOperator operator) {
    var form = forms.of(operator);
    if (form.isEmpty()) {
      return "host";
    }
    if (place == OperatorPlace.GRAPH) {
      return "graph";
    }
    var kind = Kind.of(form.get(), operator);
    // Different numbers of rows may have gone different ways.
    var ways = chosen.entrySet().stream().filter(entry -> entry.getKey().kind().equals(kind));
    var distinct = ways.map(Map.Entry::getValue).distinct().toList();
    return distinct.size() == 2
        ? "graph or host, by the size of the batch"
        : distinct.contains(true) ? "graph" : "host";
  }

  @Override
  public synchronized void close() {
    closed = true;
    NativeCalls.call(
        () -> {
          graphs.values().forEach(ProximalGraph::close);
          return null;
        });
    graphs.clear();
  }
}
