package org.deftstream.deft.engine;

/**
 * The device has no memory for a batch of this size. Thrown by a {@link
 * org.deftstream.deft.prior.Prior} or an {@link org.deftstream.deft.htransform.HTransform}; the
 * engine then halves its batches for good and tries the same rows again, so no request sees it.
 */
public class OutOfDeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the batch and, if known, the memory. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }

  /** With a message and the error of the native library. */
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
