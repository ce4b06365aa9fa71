package org.deftstream.deft.text;

import java.io.Console;

/** Whether a person watches: only then are lines written over. Stateless. */
final class Terminal {
  /** Set by the launcher, which can ask for standard error alone. */
  private static final String PROPERTY = "deftstream.terminal";

  private Terminal() {}

  /**
   * Whether standard error is a terminal.
   *
   * @return what the launcher says; without it, whether the JVM has an interactive console
   */
  static boolean onStandardError() {
    String told = System.getProperty(PROPERTY);
    return told == null ? isTerminal(System.console()) : Boolean.parseBoolean(told);
  }

  // Until JDK 21 there is a console only if there is a terminal. From 22 on there always is one,
  // and a method that tells, which cannot be called by name while 17 is supported.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
