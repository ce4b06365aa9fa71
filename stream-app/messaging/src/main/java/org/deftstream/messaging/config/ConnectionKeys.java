package org.deftstream.messaging.config;

import java.time.Duration;

/** How Kafka and the schema registry are reached. */
public final class ConnectionKeys {
  static final SettingGroup GROUP = new SettingGroup("Connection");

  public static final Setting<String> BOOTSTRAP_SERVERS =
      GROUP.required("bootstrap.servers", "Brokers to begin with: host:port, separated by commas.");

  public static final Setting<String> SCHEMA_REGISTRY_URL =
      GROUP.required(
          "schema.registry.url",
          "Address of the schema registry's Confluent-compatible API; several separated by"
              + " commas.");

  public static final Setting<Duration> CONNECT_TIMEOUT =
      GROUP.millis(
          "connect.timeout.ms",
          15_000,
          100,
          600_000,
          "How long Kafka and the registry may take to answer, at the start and at every later"
              + " request of the service's own clients, before it counts as a failure.");

  private ConnectionKeys() {}
}
