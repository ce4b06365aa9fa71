package org.deftstream.devstack.instruments;

/**
 * A file of a data set, as its publisher made it. Immutable.
 *
 * @param path where it lies in the folder: {@code tooth/tooth.h5}
 * @param archive an archive that may hold it instead, zip or tar.gz; null if there is none
 * @param bytes its size
 * @param sha256 its checksum, in small hexadecimal digits
 * @param origin where it is to be had
 */
public record DataFile(String path, String archive, long bytes, String sha256, String origin) {
  /** Its name without folders. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
