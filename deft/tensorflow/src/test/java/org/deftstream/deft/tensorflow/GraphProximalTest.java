package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.OperatorTestCases;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.ProximalPoints;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proximal points as graphs against the host's. */
class GraphProximalTest {
  /** What the setting promises, of images that are about 1. */
  private static final double TOLERANCE = 1e-4;

  /** Signal left at a timestep: the noisy end, the middle, the clean end. */
  private static final double[] ALPHA_BAR = {4e-3, 0.3, 0.98};

  /**
   * With hardly any weight on x0, conjugate gradients end before the directions that the
   * measurement says least about, and where is rounding's choice, on the host too. So they may
   * differ by as much as the host's answers to inputs that differ by a rounding, a few times.
   */
  private static final int ROUNDINGS = 10;

  private static GraphProximal graph;

  @BeforeAll
  static void start() {
    var options = new SessionOptions(1, false);
    TensorFlowBackend.start(options);
    graph = new GraphProximal(OperatorPlace.GRAPH, new OperatorForms(), options);
  }

  @AfterAll
  static void stop() {
    graph.close();
  }

  static Stream<Named<ForwardOperator>> operators() {
    return Stream.concat(
            OperatorTestCases.bound(),
            Stream.of(
                Named.of(
                    "known cosines",
                    OperatorTestCases.create(
                        OperatorTestCases.GAUSSIAN_BLUR, new ImageShape(130, 20, 2))),
                Named.of(
                    "known averages",
                    OperatorTestCases.create(OperatorTestCases.SR_4, new ImageShape(132, 16, 1)))))
        .filter(named -> named.getPayload().proximalForm().isPresent());
  }

  private static List<ProximalPoints.Row> rows(ForwardOperator operator) {
    var random = new Random(5);
    var rows = new ArrayList<ProximalPoints.Row>();
    for (double alphaBar : ALPHA_BAR) {
      var image = OperatorTestCases.uniform(operator.imageShape().size(), random);
      var y = operator.simulate(image, random);
      double rho = Math.pow(operator.noiseSigma(), 2) * alphaBar / (1 - alphaBar);
      for (int i = 0; i < image.length; i++) {
        image[i] += (float) (0.1 * random.nextGaussian());
      }
      rows.add(new ProximalPoints.Row(new BoundMeasurement(operator, y, null), image, rho));
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("operators")
  void shouldAnswerAsTheHostDoes(ForwardOperator operator) {
    var rows = rows(operator);
    var points = graph.solve(rows).orElseThrow();
    var host = ProximalPoints.of(rows);
    var shaken = ProximalPoints.of(rows.stream().map(GraphProximalTest::shaken).toList());
    assertThat(points).hasNumberOfRows(rows.size());
    for (int i = 0; i < points.length; i++) {
      assertThat(distance(points[i], host[i]))
          .as("row %d, rho %g", i, rows.get(i).rho())
          .isLessThan(Math.max(TOLERANCE, ROUNDINGS * distance(shaken[i], host[i])));
      assertThat(distance(points[i], rows.get(i).x0())).as("the point moves").isGreaterThan(1e-3);
    }
    assertThat(graph.place(operator)).isEqualTo("graph");
  }

  /** The same with each value of x0 a rounding up or down. */
  private static ProximalPoints.Row shaken(ProximalPoints.Row row) {
    float[] x0 = row.x0().clone();
    for (int i = 0; i < x0.length; i++) {
      x0[i] = i % 2 == 0 ? Math.nextUp(x0[i]) : Math.nextDown(x0[i]);
    }
    return new ProximalPoints.Row(row.measurement(), x0, row.rho());
  }

  /** The root mean square of the difference. */
  private static double distance(float[] a, float[] b) {
    return OperatorTestCases.norm(OperatorTestCases.minus(a, b)) / Math.sqrt(a.length);
  }

  @Test
  void shouldBeTriedForEveryForm() {
    var forms = new HashSet<Class<?>>();
    operators().forEach(named -> forms.add(named.getPayload().proximalForm().get().getClass()));
    assertThat(forms).containsExactlyInAnyOrder(ProximalForm.class.getPermittedSubclasses());
  }

  @Test
  void shouldLeaveOtherOperatorsToTheHost() {
    var operator =
        OperatorTestCases.create(OperatorTestCases.NONLINEAR_BLUR, new ImageShape(12, 9, 2));
    var rows = rows(operator);
    assertThat(graph.solve(rows)).isEmpty();
    assertThat(graph.place(operator)).isEqualTo("host");
    assertThat(ProximalPoints.of(rows, graph)).isDeepEqualTo(ProximalPoints.of(rows));
  }

  @Test
  void shouldMixOperatorsAndKeepTheOrder() {
    var first = rows(OperatorTestCases.create(OperatorTestCases.SR_2, new ImageShape(12, 20, 2)));
    var second =
        rows(OperatorTestCases.create(OperatorTestCases.NONLINEAR_BLUR, new ImageShape(12, 9, 2)));
    var mixed = new ArrayList<ProximalPoints.Row>();
    for (int i = 0; i < first.size(); i++) {
      mixed.add(first.get(i));
      mixed.add(second.get(i));
    }
    var points = ProximalPoints.of(mixed, graph);
    var host = ProximalPoints.of(mixed);
    for (int i = 0; i < points.length; i++) {
      assertThat(distance(points[i], host[i])).isLessThan(TOLERANCE);
    }
  }

  /** A row's answer depends on its neighbours by no more than rounding. */
  @ParameterizedTest
  @MethodSource("operators")
  void shouldAnswerEachRowAsIfItWereAlone(ForwardOperator operator) {
    var rows = rows(operator);
    var together = graph.solve(rows).orElseThrow();
    for (int i = 0; i < together.length; i++) {
      var alone = graph.solve(List.of(rows.get(i))).orElseThrow()[0];
      assertThat(distance(alone, together[i])).isLessThan(TOLERANCE);
    }
  }

  @Test
  void shouldChooseByMeasurementAndSayWhich() {
    var operator =
        OperatorTestCases.create(OperatorTestCases.GAUSSIAN_BLUR, new ImageShape(32, 32, 1));
    try (var chooses =
        new GraphProximal(OperatorPlace.AUTO, new OperatorForms(), new SessionOptions(1, false))) {
      assertThat(chooses.place(operator)).isEqualTo("host");
      var rows = rows(operator);
      assertThat(chooses.solve(rows)).as("the measured one").isPresent();
      var later = chooses.solve(rows);
      assertThat(chooses.place(operator)).isEqualTo(later.isPresent() ? "graph" : "host");
    }
  }

  @Test
  void shouldLeaveAllToTheHostOnceClosed() {
    var closed =
        new GraphProximal(OperatorPlace.GRAPH, new OperatorForms(), new SessionOptions(1, false));
    closed.close();
    var operator = OperatorTestCases.create(OperatorTestCases.HDR, new ImageShape(16, 20, 3));
    assertThat(closed.solve(rows(operator))).isEmpty();
  }
}
