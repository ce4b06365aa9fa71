package org.deftstream.deft;

/**
 * A mistake or a circumstance that the person at the keyboard can put right: a misspelled setting,
 * a broker that does not answer, a full disk. The message is one line that names what was wrong,
 * the value that was found and what would be right; the command line prints it as it stands,
 * without a stack trace.
 *
 * <p>Anything that is not the user's to mend stays an ordinary exception.
 */
public class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with no other cause.
   *
   * @param message one line for the user; line breaks are turned into spaces
   */
  public UserError(String message) {
    this(message, null);
  }

  /**
   * An error with the exception that revealed it, shown only with {@code --verbose}.
   *
   * @param message one line for the user; line breaks are turned into spaces
   * @param cause what revealed it, or null
   */
  public UserError(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  private static String oneLine(String message) {
    return message == null ? "unknown error" : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
