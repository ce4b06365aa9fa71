package org.deftstream.trainer.refresh;

import java.util.List;

/** What a training starts from. */
public enum StartFrom {
  /** The weights of the serving adapter; fresh ones if there is none that fits. */
  SERVING,
  /** Fresh weights. */
  SCRATCH,
  /** Both, each with the whole budget; the one that validates better is the candidate. */
  BOTH;

  /**
   * The trainings, by the name of their directory.
   *
   * @param warm whether there is an adapter to start from
   */
  List<String> runs(boolean warm) {
    if (!warm || this == SCRATCH) {
      return List.of(RefreshFiles.SCRATCH);
    }
    return this == SERVING
        ? List.of(RefreshFiles.WARM)
        : List.of(RefreshFiles.WARM, RefreshFiles.SCRATCH);
  }
}
