/**
 * The contracts between Deftstream and everything that talks to it over Kafka: topic names and
 * settings, serializers, tensors and dead-letter headers. The Avro records themselves are in {@code
 * org.deftstream.schemas.avro}, generated from {@code src/main/avro}.
 *
 * <p>This package may import Kafka's client, Avro and the schema registry's client, and nothing
 * else of Deftstream.
 */
package org.deftstream.schemas;
