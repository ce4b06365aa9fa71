package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProcessPriorityTest {
  private static final Path OWN = Path.of("/proc/thread-self/stat");

  /** Fields after the name, which is in parentheses: the state, and the niceness 16 later. */
  private static final int NICENESS = 16;

  @Test
  void shouldLowerThreadsThatAreThereAndThoseThatCome() throws Exception {
    assumeTrue(Files.exists(OWN) && Files.isExecutable(Path.of("/usr/bin/renice")));
    int before = niceness();

    ProcessPriority.lower(before + 1);

    assertThat(niceness()).isEqualTo(before + 1);
    var later = new CompletableFuture<Integer>();
    new Thread(() -> later.complete(niceness())).start();
    assertThat(later.get()).isEqualTo(before + 1);

    ProcessPriority.lower(before);
    assertThat(niceness()).as("never raised").isEqualTo(before + 1);
  }

  @Test
  void shouldLeaveThePriorityAloneWhenAskedTo() {
    assumeTrue(Files.exists(OWN));
    int before = niceness();

    ProcessPriority.lower(0);

    assertThat(niceness()).isEqualTo(before);
  }

  private static int niceness() {
    try {
      String stat = Files.readString(OWN);
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICENESS]);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
