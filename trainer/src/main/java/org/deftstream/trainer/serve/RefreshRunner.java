package org.deftstream.trainer.serve;

import org.deftstream.deft.task.Task;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.RefreshFiles;

/** Takes a refresh to its end; slow. */
public interface RefreshRunner {
  /**
   * Goes on with a refresh.
   *
   * @param number counted from 1
   * @param files its directory, which holds the pairs
   * @param reason why it was begun
   * @throws org.deftstream.deft.UserError if something outside is at fault; it can be tried again
   */
  Outcome run(Task task, int number, RefreshFiles files, String reason);
}
