package org.deftstream.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.streams.errors.StreamsException;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/** The directory of the ledger, which one instance at a time works in. Stateless. */
final class StateDirectory {
  private StateDirectory() {}

  /**
   * Makes it where it is missing, and sees that it can be written.
   *
   * @throws UserError one line with the setting and the reason
   */
  static void prepare(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError(
          "state.dir=" + directory + " cannot be made: " + FileProblem.reason(e), e);
    }
    try {
      AtomicFiles.requireRoom(directory);
    } catch (IOException e) {
      throw new UserError(
          "state.dir=" + directory + " cannot be written: " + FileProblem.reason(e), e);
    }
  }

  /** What is said when Kafka Streams could not take a directory that can be written. */
  static UserError taken(Path directory, StreamsException e) {
    return new UserError(
        "state.dir="
            + directory
            + " is in use by another instance that runs; give each instance a state.dir of its own",
        e);
  }
}
