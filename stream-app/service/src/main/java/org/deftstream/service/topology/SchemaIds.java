package org.deftstream.service.topology;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.deftstream.service.ledger.RejectedRecordException;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/**
 * Schema ids that stand in a header instead of before the value, as newer serializers of
 * Confluent's can write them: a zero byte and a four-byte id, or a one and a GUID. Stateless and
 * thread-safe.
 */
final class SchemaIds {
  /** The header's name. */
  static final String HEADER = "__value_schema_id";

  private static final int ID_BYTES = 1 + Integer.BYTES;
  private static final int GUID_BYTES = 1 + 2 * Long.BYTES;

  private SchemaIds() {}

  /**
   * Puts the id of the header, if there is one, before a value that does not begin with an id.
   *
   * @param headers the record's headers
   * @param value the record's value, at least one byte; not changed
   * @return a value in the registry's format, or the value as it is
   * @throws RejectedRecordException if the header holds something else than an id
   */
  static byte[] prefixed(Headers headers, byte[] value) {
    Header header = headers.lastHeader(HEADER);
    if (header == null || header.value() == null || value[0] == 0) {
      return value;
    }
    byte[] id = header.value();
    if (id.length == ID_BYTES && id[0] == 0) {
      return ByteBuffer.allocate(ID_BYTES + value.length).put(id).put(value).array();
    }
    throw new RejectedRecordException(
        Stage.DECODE,
        "NoAvro",
        "the value does not begin with a schema id, and header %s holds %s, by which a schema cannot be asked for here; %s"
            .formatted(HEADER, described(id), MeasurementDecoder.FORMAT));
  }

  private static String described(byte[] id) {
    if (id.length == GUID_BYTES && id[0] == 1) {
      var bytes = ByteBuffer.wrap(id, 1, 2 * Long.BYTES);
      return "the GUID " + new UUID(bytes.getLong(), bytes.getLong());
    }
    return id.length + " bytes";
  }
}
