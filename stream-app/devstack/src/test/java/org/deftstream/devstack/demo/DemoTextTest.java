package org.deftstream.devstack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.deftstream.deft.metrics.Bootstrap.Interval;
import org.deftstream.devstack.demo.DemoResult.Gain;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.junit.jupiter.api.Test;

class DemoTextTest {
  private static final DemoResult.Swap SWAP = new DemoResult.Swap(100, 1600, 1500, 3, List.of());

  private static DemoResult result(DemoResult.Swap swap, DemoResult.Training training) {
    var interval = new Interval(20.125, 19.5, 21);
    var method =
        new MethodFigures(
            "fbp",
            MethodKind.PSEUDO_INVERSE,
            "back-projection",
            0,
            interval,
            new Interval(0.5, 0.4, 0.6),
            null,
            2,
            null,
            null,
            null);
    var gain = new Gain("fbp", MethodKind.PSEUDO_INVERSE, new Interval(1.5, -0.25, 3), interval);
    return new DemoResult(
        "ok",
        List.of(),
        new DemoResult.Records(14, 6, 8, 0, 0, 8),
        swap,
        training,
        List.of(new DemoResult.TaskFigures("ct", "a scan", 2, List.of(method), List.of(gain))),
        List.of(),
        Map.of(),
        new DemoResult.Timing(1, 2, 61_000),
        Map.of(),
        new DemoResult.Machine(2, "Linux", "17", "cpu"),
        List.of(),
        "index.html");
  }

  @Test
  void shouldSayWhatCameOfRecordsTasksAndTheSwap() {
    assertThat(DemoText.of(result(SWAP, null)).lines())
        .containsExactly(
            "14 records sent: 6 reconstructed, 8 dead-lettered, 0 lost, 0 duplicates",
            "adapters served 1.5 s after they were published; 3 records answered meanwhile",
            "ct, 2 images",
            "  back-projection            PSNR 20.13 dB (95 % 19.50 to 21.00)   SSIM 0.500",
            "  adapter over fbp           PSNR +1.50 dB (95 % -0.25 to +3.00)",
            "whole run 61 s",
            "page: index.html");
  }

  @Test
  void shouldSayHowAnAdapterWasTrainedOnTheWay() {
    var training = new DemoResult.Training(40, 32, 200, 1.25, "a", 8, "better by 1 dB");

    assertThat(DemoText.of(result(SWAP, training)).lines())
        .contains(
            "an adapter of the pairs served 1.5 s after they were sent; 3 records answered"
                + " meanwhile",
            "trained 200 steps on 32 of 40 pairs in 1.3 min: better by 1 dB");
    assertThat(DemoText.of(result(null, null))).doesNotContain("served", "trained");
  }
}
