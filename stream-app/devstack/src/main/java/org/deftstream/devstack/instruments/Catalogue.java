package org.deftstream.devstack.instruments;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The data sets that are known here; none of them is part of the program. Stateless. */
public final class Catalogue {
  private Catalogue() {}

  /** All of them, in the order in which they are shown. */
  public static List<DataSet> read() {
    try (var in = Catalogue.class.getResourceAsStream("catalogue.json")) {
      return new ObjectMapper().readValue(in, new TypeReference<List<DataSet>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException("catalogue.json", e);
    }
  }
}
