/**
 * The fault suite: instances in JVMs of their own, on a cluster of three brokers, are killed, moved
 * and cut off under load; what comes out is read as a consumer of committed records reads it,
 * counted and compared with an undisturbed engine. {@code FaultsIT} is the way in; its long form is
 * {@code mvn verify -Pfaults}.
 */
package org.deftstream.tests.faults;
