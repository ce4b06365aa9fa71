package org.deftstream.schemas;

import org.apache.avro.util.ClassSecurityValidator;
import org.deftstream.schemas.avro.Tensor;

/**
 * Tells Avro that the generated records of this module may be made from what a schema names. Since
 * 1.12.2 Avro makes no class that it was not told to trust, so that a hostile schema cannot reach
 * any class of the class path, and generated records get no exception.
 *
 * <p>It must be told before the first record is built or read, wherever that is. So every generated
 * record does it when its class is initialised ({@code src/main/avro-templates}), and {@link
 * Serdes} for a reader that has not met a record yet.
 */
public final class TrustedRecords {
  private static final String PACKAGE = Tensor.class.getPackageName();

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(PACKAGE)));
  }

  private TrustedRecords() {}

  /** Trusts the records, by initialising this class: once per JVM, whoever comes first. */
  public static void trust() {}
}
