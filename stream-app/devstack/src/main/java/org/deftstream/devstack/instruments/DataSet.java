package org.deftstream.devstack.instruments;

import java.util.List;

/**
 * What one instrument measured. Immutable.
 *
 * @param name short, the folder of its files: {@code htc2022}
 * @param title heading for people
 * @param what a sentence on the instrument and what was before it
 * @param source whose data they are
 * @param doi their DOI; empty if there is none
 * @param licence under which they were published
 * @param files all are needed
 */
public record DataSet(
    String name,
    String title,
    String what,
    String source,
    String doi,
    String licence,
    List<DataFile> files) {
  public DataSet {
    files = List.copyOf(files);
  }
}
