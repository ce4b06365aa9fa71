package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.deftstream.tests.platform.ContainerInstance;
import org.deftstream.tests.platform.ContainerPlatform;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The suite on containers, and what only containers can suffer. */
@Tag("containers")
class ContainerPlatformIT extends PlatformSuite<ContainerPlatform> {
  /** Longer than a consumer's session, so that the broker has given the instance up. */
  private static final Duration CUT = Duration.ofSeconds(15);

  @Override
  ContainerPlatform startPlatform(Path directory) {
    return ContainerPlatform.start();
  }

  @Test
  void shouldLoseNothingWhenTheNetworkIsCut() throws Exception {
    try (var installation = new Installation(platform, "cut", PARTITIONS);
        var answers = installation.answers();
        var service = (ContainerInstance) installation.serve("cut-1")) {
      installation.sendGood(60);
      answers.await(1);
      service.cut();
      Thread.sleep(CUT.toMillis());
      int during = answers.readToEnd().count();
      assertThat(during).isLessThan(installation.sent());
      service.mend();
      installation.assertAnsweredOnce(answers);
      assertThat(service.running()).isTrue();
    }
  }

  /** Without the registry nobody can say whether a schema exists, so the record waits. */
  @Test
  void shouldJudgeNoRecordWhileTheRegistryIsGone() {
    try (var installation = new Installation(platform, "registry", 1);
        var answers = installation.answers();
        var service = installation.serve("registry-1")) {
      installation.sendGood(2);
      answers.await(2);
      platform.killRegistry();
      installation.send(ByteBuffer.allocate(64).put((byte) 0).putInt(987_654).array());
      installation.sendGood(4);
      Deadline.await(
          Platform.PATIENCE,
          () -> "notice that the registry is gone:\n" + service.output(),
          () -> service.output().contains("the schema registry does not answer"));
      assertThat(answers.readToEnd().count()).isEqualTo(2);
      platform.restartRegistry();
      installation.assertAnsweredOnce(answers);
      assertThat(answers.reasons()).containsExactly("UnknownSchema");
    }
  }
}
