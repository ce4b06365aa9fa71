package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private final Scenario scenario = DemoSamples.inpainting();
  private final List<Subject> subjects = DemoSamples.subjects(scenario, 3);

  @Test
  void shouldCompareOnTheSubjectsThatEveryMethodAnswered() {
    var answers = new ArrayList<Tally.Answered>();
    subjects.forEach(subject -> answers.add(DemoSamples.answer(subject, null, 0.2f, 0)));
    subjects.subList(0, 2).forEach(s -> answers.add(DemoSamples.answer(s, "a", 0.1f, 0.2f)));

    var figures = new Comparison(scenario, answers).figures();

    assertThat(figures.images()).isEqualTo(2);
    var free = DemoResult.find(figures, MethodKind.TRAINING_FREE);
    var learned = DemoResult.find(figures, MethodKind.ADAPTER);
    assertThat(free.psnr().mean()).isCloseTo(20, within(1e-4));
    assertThat(free.answers()).isEqualTo(3);
    assertThat(learned.psnr().mean()).isCloseTo(26.0206, within(1e-4));
    assertThat(figures.gains().get(1).psnr().mean()).isCloseTo(6.0206, within(1e-4));
    assertThat(learned.latencyMillis().p50()).isEqualTo(2_000);
  }

  @Test
  void shouldTellWhatOneSampleIsWorth() {
    var answers = new ArrayList<Tally.Answered>();
    for (var subject : subjects) {
      answers.add(DemoSamples.answer(subject, null, 0.2f, 0));
      answers.add(DemoSamples.answer(subject, "a", 0.1f, 0.2f));
    }

    var learned = DemoResult.find(new Comparison(scenario, answers).figures(), MethodKind.ADAPTER);

    // Squared error of the mean 0.01, of the 4 samples around it 0.04 * 3 / 4.
    assertThat(learned.singleSamplePsnr()).isCloseTo(20, within(1e-4));
  }

  @Test
  void shouldTakeTheFirstAnswerOfAMethod() {
    var answers =
        List.of(
            DemoSamples.answer(subjects.get(0), null, 0.2f, 0),
            DemoSamples.answer(subjects.get(0), null, 0.5f, 0),
            DemoSamples.answer(subjects.get(0), "a", 0.1f, 0.1f));

    var figures = new Comparison(scenario, answers).figures();

    assertThat(DemoResult.find(figures, MethodKind.TRAINING_FREE).psnr().mean())
        .isCloseTo(20, within(1e-4));
  }

  @Test
  void shouldHaveNoFiguresWithoutAComparison() {
    var answers = List.of(DemoSamples.answer(subjects.get(0), null, 0.2f, 0));

    assertThat(new Comparison(scenario, answers).figures()).isNull();
  }
}
