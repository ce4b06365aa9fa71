package org.deftstream.messaging.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** Settings that name files. Stateless. */
final class PathSetting {
  /** All that name one file or directory. */
  static final List<String> KEYS =
      List.of(
          ServiceKeys.STATE_DIR,
          ServiceKeys.MODELS_DIR,
          TrainerKeys.DIRECTORY,
          TrainerKeys.NETWORK,
          TrainerKeys.SIGN_KEY);

  private PathSetting() {}

  /**
   * The path that a setting names, absolute.
   *
   * @throws UserError one line with the setting, if it is none here
   */
  static Path of(String key, String value) {
    try {
      return Path.of(value).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UserError(key + ": " + FileProblem.noPath(e), e);
    }
  }
}
