package org.deftstream.deft.formats;

/**
 * What is written. Immutable.
 *
 * @param deviation whether the numbers are standard deviations, not the image
 * @param description a few words for the file: the task that made it
 */
public record WriteOptions(boolean deviation, String description) {
  /** An image. */
  public static WriteOptions image(String description) {
    return new WriteOptions(false, description);
  }
}
