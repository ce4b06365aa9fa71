package org.deftstream.messaging.admin;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.TopicDefinition;

/** A registry client whose failures are explained to the user. Closed by whoever opened it. */
public final class SchemaAdmin implements AutoCloseable {
  /** What every subject is held to: old and new readers and writers, of any age. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final int CACHE_SIZE = 100;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final Connection connection;
  private final SchemaRegistryClient client;
  private Set<String> subjects = Set.of();

  private SchemaAdmin(Connection connection, SchemaRegistryClient client) {
    this.connection = connection;
    this.client = client;
  }

  /**
   * Opens a client and waits for the registry's first answer.
   *
   * @throws UserError when the settings are wrong or no registry answers within the deadline
   */
  static SchemaAdmin open(Connection connection) {
    SchemaRegistryClient client;
    try {
      client =
          SchemaRegistryClientFactory.newClient(
              Arrays.asList(connection.registryUrl().split(",")),
              CACHE_SIZE,
              List.of(new AvroSchemaProvider()),
              connection.registryConfig(),
              Map.of());
    } catch (IllegalArgumentException | ConfigException e) {
      throw new UserError(
          "cannot connect to the schema registry at "
              + connection.shownRegistryUrl()
              + ": "
              + e.getMessage(),
          e);
    }
    var opened = new SchemaAdmin(connection, client);
    opened.subjects = Set.copyOf(opened.ask("answer", client::getAllSubjects));
    return opened;
  }

  /**
   * Registers a topic's value schema, holding its subject to the compatibility rule. Doing it again
   * changes nothing.
   *
   * @return the schema's id
   * @throws UserError when the registered versions are not compatible with this one
   */
  int register(TopicDefinition topic, Schema schema) {
    var subject = topic.subject();
    // Before, so that a registry with a laxer default refuses what does not fit; not all registries
    // take a rule for a subject that does not exist yet.
    boolean known = subjects.contains(subject);
    if (known) {
      requireCompatibility(subject);
    }
    var id = ask("register " + subject, () -> client.register(subject, new AvroSchema(schema)));
    if (!known) {
      requireCompatibility(subject);
    }
    return id;
  }

  private void requireCompatibility(String subject) {
    ask(
        "set the compatibility of " + subject,
        () -> client.updateCompatibility(subject, COMPATIBILITY));
  }

  /** Whether the registry knows a schema of the topic's values. */
  boolean has(TopicDefinition topic) {
    return subjects.contains(topic.subject());
  }

  /** Deletes a subject in the way that leaves its schemas readable by their ids. */
  void delete(String subject) {
    ask("delete " + subject, () -> client.deleteSubject(subject));
  }

  /** The id under which the topic's subject has this schema; empty when it has it not. */
  OptionalInt find(TopicDefinition topic, Schema schema) {
    return ask(
        "look up " + topic.subject(),
        () -> {
          try {
            return OptionalInt.of(client.getId(topic.subject(), new AvroSchema(schema)));
          } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND) {
              return OptionalInt.empty();
            }
            throw e;
          }
        });
  }

  private interface Call<T> {
    T run() throws IOException, RestClientException;
  }

  private <T> T ask(String purpose, Call<T> call) {
    try {
      return call.run();
    } catch (RestClientException e) {
      var hint =
          e.getStatus() == CONFLICT
              ? "; the versions registered before are not compatible with this program's"
              : "";
      throw new UserError(
          "the schema registry at "
              + connection.shownRegistryUrl()
              + " refused to "
              + purpose
              + ": "
              + e.getMessage()
              + hint,
          e);
    } catch (IOException e) {
      throw new UserError(
          "no schema registry answers at "
              + connection.shownRegistryUrl()
              + " ("
              + e.getMessage()
              + "); check schema.registry.url",
          e);
    }
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UserError("cannot close the connection to the schema registry: " + e, e);
    }
  }
}
