/**
 * Where the integration suite runs: a broker, a registry and instances of the service, as processes
 * of this machine or as containers. A test sees addresses, and faults that it may cause.
 */
package org.deftstream.tests.platform;
