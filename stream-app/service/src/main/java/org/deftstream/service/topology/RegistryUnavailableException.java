package org.deftstream.service.topology;

/** The schema registry could not be asked; the record is tried again later. */
final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegistryUnavailableException(Throwable cause) {
    super(rootMessage(cause), cause);
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
