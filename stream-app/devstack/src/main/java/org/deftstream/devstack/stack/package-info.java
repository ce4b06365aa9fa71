/**
 * The embedded defaults: a real Kafka broker in this process and a real schema registry in a child
 * process, for the demo, for tests and for people who try things by hand. {@code EmbeddedStack}
 * starts and stops both; {@code TopicAdmin} creates the topics and registers the schemas, here or
 * on a cluster of the user's own.
 *
 * <p>May use Kafka's server classes; no other package may. Knows nothing of the topology, the
 * engine or the command line.
 */
package org.deftstream.devstack.stack;
