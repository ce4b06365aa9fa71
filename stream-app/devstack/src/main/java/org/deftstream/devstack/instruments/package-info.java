/**
 * Instruments whose measured data the demo takes from a folder: {@link
 * org.deftstream.devstack.instruments.Catalogue} names their files, {@link
 * org.deftstream.devstack.instruments.DataFolder} finds and checks them, and an {@link
 * org.deftstream.devstack.instruments.Instrument} makes of them {@link
 * org.deftstream.devstack.instruments.Scan}s: records to send, the reconstructions that the
 * instrument's community knows, and the figures by which both are judged. Nothing here knows Kafka.
 */
package org.deftstream.devstack.instruments;
