package org.deftstream.tests.benchmarks;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Takes over the tables of the modules that were built before this one. */
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "long")
class PageIT {
  @Test
  void shouldTakeOverWhatWasFound() throws IOException {
    Page.update();
  }
}
