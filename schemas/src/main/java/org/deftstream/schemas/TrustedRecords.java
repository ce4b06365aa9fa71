package org.deftstream.schemas;

import java.util.ServiceLoader;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.util.ClassSecurityValidator;
import org.deftstream.schemas.avro.Tensor;

/**
 * Tells Avro that the generated records of this module may be made from what a schema names. Since
 * 1.12.2 Avro makes no class that it was not told to trust, so that a hostile schema cannot reach
 * any class of the class path, and generated records get no exception.
 *
 * <p>It must happen before the first record is built or read, wherever that is. The only thing that
 * Avro itself calls that early is a {@link ServiceLoader} for factories of logical types, when it
 * parses its first schema; so this poses as such a factory, of a type that no schema uses, and does
 * its work when its class is initialised. {@link Serdes} does so too, for class loaders in which
 * the service is not found.
 */
public final class TrustedRecords implements LogicalTypes.LogicalTypeFactory {
  private static final String PACKAGE = Tensor.class.getPackageName();

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(PACKAGE)));
  }

  /** For the service loader. */
  public TrustedRecords() {}

  /** Initialises this class, and with that trusts the records. */
  static void trust() {}

  @Override
  public LogicalType fromSchema(Schema schema) {
    throw new IllegalArgumentException(getTypeName() + " is not a logical type");
  }

  @Override
  public String getTypeName() {
    return "deftstream-trusted-records";
  }
}
