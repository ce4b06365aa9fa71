package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.PlannedImages;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HeldImagesTest {
  private static HeldImages held(String... arguments) {
    var held = new HeldImages();
    new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("held", spec(held)))
        .parseArgs(arguments);
    return held;
  }

  private static CommandLine.Model.CommandSpec spec(HeldImages held) {
    return CommandLine.Model.CommandSpec.forAnnotatedObject(held);
  }

  private static PlannedImages trained(String range) {
    return new PlannedImages(range, 0, 0, false);
  }

  @Test
  void shouldTakeImagesBesideThoseThatAreTrainedOn() {
    var held = held("--validation", "8000:8500");
    assertThat(held.chosen(25)).isEqualTo(new PlannedImages("8000:8500", 25, 64, false));
    assertThatCode(() -> held.requireApart(trained("0:8000"))).doesNotThrowAnyException();
    assertThatCode(() -> held.requireApart(trained("8500:9000"))).doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseImagesThatAreTrainedOn() {
    var held = held("--validation", "8000:8500");
    assertThatThrownBy(() -> held.requireApart(trained("0:8001")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--validation 8000:8500 and --range 0:8001 have images in common; those that are held"
                + " back must not be trained on");
    assertThatThrownBy(() -> held.requireApart(trained("8499:9000"))).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> held.requireApart(trained("")))
        .hasMessage(
            "all images are trained on, also those of --validation 8000:8500; say with --range"
                + " which are");
  }

  @Test
  void shouldSayWhatIsNoRange() {
    assertThatThrownBy(() -> held().chosen(0)).hasMessageContaining("--validation is missing");
    assertThatThrownBy(() -> held("--validation", "8000-8500").chosen(0))
        .hasMessageContaining("FROM:TO is right");
    assertThatThrownBy(() -> held("--validation", "0:9", "--validation-images", "1").chosen(0))
        .hasMessage("--validation-images must be 2 or more, got 1");
  }
}
