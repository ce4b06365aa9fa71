package org.deftstream.tests;

import java.nio.file.Path;
import org.deftstream.tests.platform.EmbeddedPlatform;

/** The suite on processes of this machine. */
class EmbeddedPlatformIT extends PlatformSuite<EmbeddedPlatform> {
  @Override
  EmbeddedPlatform startPlatform(Path directory) {
    return EmbeddedPlatform.start(directory);
  }
}
