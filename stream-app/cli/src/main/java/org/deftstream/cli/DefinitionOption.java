package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterControl;
import picocli.CommandLine.Option;

/** Defines a task that the service does not ship. */
final class DefinitionOption {
  @Option(
      names = "--definition",
      paramLabel = "FILE",
      description = "Task definition (JSON), for a task that the service does not ship.")
  private Path file;

  AdapterControl applyTo(AdapterControl state) {
    if (file == null) {
      return state;
    }
    try {
      return ControlChanges.define(state, Files.readString(file));
    } catch (IOException e) {
      throw new UserError("cannot read the task definition " + file + ": " + e, e);
    }
  }
}
