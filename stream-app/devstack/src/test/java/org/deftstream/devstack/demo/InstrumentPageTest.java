package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.cli.Source;
import org.deftstream.cli.TaskSample;
import org.deftstream.deft.formats.Geometry;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.Png;
import org.deftstream.devstack.instruments.Answer;
import org.deftstream.devstack.instruments.DataSet;
import org.deftstream.devstack.instruments.Estimate;
import org.deftstream.devstack.instruments.Figure;
import org.deftstream.devstack.instruments.Scan;
import org.junit.jupiter.api.Test;

class InstrumentPageTest {
  private static final ImageShape SHAPE = new ImageShape(2, 2, 1);
  private static final DataSet DATA =
      new DataSet("nose", "A <nose>", "what it is", "somebody", "10.1/2", "CC0", List.of());

  @Test
  void shouldShowEachScanAndFetchNothing() {
    String page = page(List.of(), List.of("tooth: nobody has it"));

    assertThat(page).startsWith("<!doctype html>").endsWith("</html>\n");
    assertThat(page).doesNotContain("<script", "<link", "url(", "src=\"http", "@import");
    assertThat(page)
        .contains("A &lt;nose&gt;", "1 scan of 1 instrument", "10.1/2", "CC0")
        .contains("26.5 dB", "0.98 of the noise", "41.0 ± 1.5 microarcseconds")
        .contains("tooth: nobody has it", "answers/nose/scan.npy");
    assertThat(page.split("<img ", -1)).as("measured, two methods, deviation, truth").hasSize(6);
  }

  @Test
  void shouldSayWhatWentWrong() {
    assertThat(page(List.of("nose: was cut & spoilt"), List.of()))
        .contains("Something went wrong", "was cut &amp; spoilt");
  }

  @Test
  void shouldPutAllFiguresIntoTheDocument() {
    String json = DemoJson.text(result(List.of(), List.of()));

    assertThat(json).contains("\"name\" : \"nose\"", "\"value\" : 26.5", "\"spread\" : null");
    assertThat(DemoText.of(result(List.of(), List.of())))
        .contains("nose: one slice", "quality 26.5 dB", "diameter 41.0 +- 1.5 microarcseconds");
  }

  private static String page(List<String> problems, List<String> passedOver) {
    var page = new InstrumentPage();
    var result = result(problems, passedOver);
    page.add(
        DATA,
        result.instruments().get(0).scans().get(0),
        new Fake(),
        new Fake().baselines(),
        new Answer(new float[4], new float[4], List.of()));
    return page.html(result);
  }

  private static InstrumentResult result(List<String> problems, List<String> passedOver) {
    var figures =
        List.of(
            new Figure("quality", "dB", 1, 26.5, Double.NaN),
            new Figure("residual", "of the noise", 2, 0.98, Double.NaN),
            new Figure("diameter", "microarcseconds", 1, 41, 1.5));
    var scan =
        new InstrumentResult.Scan(
            "one slice",
            "nothing is known",
            "answers/nose/scan.npy",
            "a/b",
            "diffpir",
            "ddim",
            4,
            1200,
            800,
            List.of(
                new InstrumentResult.Judged("one", figures),
                new InstrumentResult.Judged("two", figures)));
    return new InstrumentResult(
        problems.isEmpty() ? "ok" : "failed",
        problems,
        passedOver,
        List.of(new InstrumentResult.Instrument(DATA, List.of(scan))),
        5000,
        DemoResult.Machine.here("cpu"),
        "index.html");
  }

  private static final class Fake implements Scan {
    private static final byte[] PNG = Png.write(new GreyImage(2, 2, new float[4]));

    @Override
    public String title() {
      return "one slice";
    }

    @Override
    public String known() {
      return "nothing is known";
    }

    @Override
    public TaskSample record() {
      return new TaskSample(
          "a/b",
          new Source("nose/scan.npy", "npy", 0, 1),
          new float[4],
          new int[] {4},
          SHAPE,
          Map.of(),
          Optional.empty(),
          Geometry.UNKNOWN);
    }

    @Override
    public byte[] measured() {
      return PNG;
    }

    @Override
    public Optional<byte[]> truth() {
      return Optional.of(PNG);
    }

    @Override
    public List<Estimate> baselines() {
      return List.of(
          new Estimate("one", new float[4], SHAPE, List.of()),
          new Estimate("two", new float[4], SHAPE, List.of()));
    }

    @Override
    public List<Figure> figures(Estimate estimate) {
      return List.of();
    }

    @Override
    public byte[] picture(Estimate estimate) {
      return PNG;
    }

    @Override
    public byte[] deviation(Answer answer) {
      return PNG;
    }
  }
}
