package org.deftstream.messaging.control;

import java.util.List;
import java.util.Optional;
import org.deftstream.schemas.avro.AdapterRef;

/** Where the weights of adapters come from. Used by the control thread alone. */
public interface WeightSource {
  /**
   * Fetches a weights file.
   *
   * @return the file, complete and with the announced checksum; empty if chunks are not there yet
   * @throws org.deftstream.deft.adapter.AdapterRefusedException if what is there cannot be right
   * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
   * @throws RegistryAwayException if the schema registry does not answer
   */
  Optional<byte[]> load(AdapterRef ref);

  /** Indices of the chunks that have not come yet. */
  List<Integer> missing(AdapterRef ref);
}
