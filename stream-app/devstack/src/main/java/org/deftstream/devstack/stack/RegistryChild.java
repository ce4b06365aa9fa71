package org.deftstream.devstack.stack;

import java.io.IOException;
import java.io.InputStream;

/**
 * The entry point of the registry's child process. It starts the registry's own main class and ends
 * the process when standard input does: the parent holds the other end of that pipe, so however the
 * parent goes, kill -9 included, the child goes too.
 *
 * <p>Runs on a class path that holds this one class and the registry, so it uses nothing but the
 * JDK. Not for direct use.
 */
public final class RegistryChild {
  private static final String REGISTRY_MAIN = "io.quarkus.runner.GeneratedMain";
  private static final long GRACE_MILLIS = 10_000;

  private RegistryChild() {}

  /**
   * Starts the registry.
   *
   * @param args handed through
   * @throws Exception what the registry's main class throws
   */
  public static void main(String[] args) throws Exception {
    watchParent();
    Class.forName(REGISTRY_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
  }

  /** Ends this process when its standard input does. For processes whose parent holds that pipe. */
  public static void watchParent() {
    daemon("parent-watch", () -> endWithParent(System.in));
  }

  private static void endWithParent(InputStream parent) {
    try {
      while (parent.read() >= 0) {
        // The parent never writes; only the end matters.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
    daemon("parent-watch-halt", RegistryChild::haltAfterGrace);
    System.exit(0);
  }

  private static void haltAfterGrace() {
    try {
      Thread.sleep(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }

  private static void daemon(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
