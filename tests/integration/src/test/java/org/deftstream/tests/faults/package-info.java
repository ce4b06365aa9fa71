/**
 * The fault suite: instances in JVMs of their own, on a cluster of three brokers, are killed, moved
 * cut off and stalled under load; what comes out is read as a consumer of committed records reads
 * it, counted and compared with an undisturbed engine. {@code FaultsIT} and {@code StallsIT} are
 * the ways in; their long form is {@code mvn verify -Pfaults}. {@code mvn verify} alone has the
 * short form on one broker, {@code ServiceFaultsIT} of {@code stream-app}.
 */
package org.deftstream.tests.faults;
