/**
 * What an instance measures about itself, for Prometheus. Names and units are in {@code
 * docs/operations.md}.
 */
package org.deftstream.service.metrics;
