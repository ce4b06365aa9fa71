package org.deftstream.trainer.monitor;

import static org.deftstream.deft.html.HtmlPage.escape;

import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeMap;
import org.deftstream.deft.html.HtmlPage;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.http.Reply;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.serve.TrainerStatus;

/**
 * The trainer's first page: its tasks, what each waits for, and of the last refresh of each the
 * gate's figures, the pictures and the losses. Made anew for each request. Thread-safe.
 */
final class TrainerHome {
  /** Pages of refreshes hold pictures. */
  private static final int MOST_REFRESHES = 8;

  /** Nothing runs, and pictures are part of the page. */
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private static final String AGAIN_SECONDS = "15";

  private final TrainerStatus status;
  private final Path directory;
  private final boolean shows;

  /**
   * A page.
   *
   * @param directory that of the trainer, which holds the record of every refresh
   * @param shows whether pictures are shown
   */
  TrainerHome(TrainerStatus status, Path directory, boolean shows) {
    this.status = status;
    this.directory = directory;
    this.shows = shows;
  }

  Reply reply() {
    return new Reply(200, "text/html; charset=utf-8", HtmlPage.of("Deftstream trainer", body()))
        .with("Content-Security-Policy", POLICY)
        .with("Refresh", AGAIN_SECONDS);
  }

  private String body() {
    var tasks = new TreeMap<>(status.tasks());
    var page = new StringBuilder("<header><p class=\"kicker\">Deftstream</p>\n<h1>Trainer</h1>\n");
    page.append(
        "<p class=\"lede\">%,d pairs accepted, %,d rejected since the start.</p></header>\n"
            .formatted(status.accepted(), status.rejected()));
    page.append("<section><h2>Tasks</h2>\n<div class=\"scroll\"><table><tr><th>task</th>");
    page.append("<th class=\"n\">pairs that train</th><th class=\"n\">that validate</th>");
    page.append("<th class=\"n\">fresh</th><th>now</th></tr>\n");
    tasks.forEach(
        (name, task) ->
            page.append(
                "<tr><td>%s</td><td class=\"n\">%,d</td><td class=\"n\">%,d</td><td class=\"n\">%,d</td><td>%s</td></tr>%n"
                    .formatted(
                        escape(name),
                        task.training(),
                        task.validation(),
                        task.fresh(),
                        escape(now(task)))));
    page.append("</table></div></section>\n");
    if (!shows) {
      return page.append(
              "<p class=\"sub\">Refreshes are shown on an address of this machine alone,")
          .append(" or where http.token is set.</p>\n")
          .toString();
    }
    tasks.keySet().stream()
        .flatMap(task -> RefreshFiles.lastEnded(directory.resolve(Task.fileName(task))).stream())
        .limit(MOST_REFRESHES)
        .forEach(refresh -> page.append(content(refresh.page())));
    return page.toString();
  }

  private static String now(TrainerStatus.TaskReport task) {
    return task.running()
        .map(
            run ->
                String.format(
                    Locale.ROOT,
                    "refresh %d: %s, step %,d, %.0f %%",
                    run.number(),
                    run.training().isEmpty() ? "no training yet, or judging" : run.training(),
                    run.step(),
                    100 * run.progress()))
        .orElse(task.waitsFor());
  }

  /** What is in the frame of a page of ours; its heading is one of many here. */
  private static String content(String page) {
    int from = page.indexOf("<main>");
    int to = page.lastIndexOf("</main>");
    return from < 0 || to < from
        ? ""
        : page.substring(from + "<main>".length(), to).replace("h1>", "h2>");
  }
}
