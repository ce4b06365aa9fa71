/**
 * The service's settings: which there are, where they come from (a properties file, the
 * environment, the command line), and their types. {@code ServiceKeys} defines each with its type,
 * default, range and description; {@code docs/configuration.md} is generated from it.
 *
 * <p>Settings of Kafka's own clients are passed through under Kafka's own names, behind a prefix.
 */
package org.deftstream.messaging.config;
