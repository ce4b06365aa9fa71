/**
 * {@code deftstream demo}: real images become measurements, go through a real Kafka broker, come
 * back as reconstructions, and a learned adapter is switched on while they flow. {@link
 * org.deftstream.devstack.demo.DemoCommand} is the verb, {@code DemoRun} the run, {@code
 * DemoResult} what it found out (and the JSON document), {@code DemoReport} the page.
 *
 * <p>The package uses the service as any client would: it writes {@code measurements} and {@code
 * adapters} and reads {@code reconstructions}, {@code measurements.dlq} and {@code adapter-status}.
 * Nothing imports it but the command line.
 */
package org.deftstream.devstack.demo;
