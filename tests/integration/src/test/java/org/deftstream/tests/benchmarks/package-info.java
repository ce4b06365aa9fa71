/**
 * Load, time and memory of the whole service and of the engine, each driver with one Markdown
 * table. The short form of a driver ({@code -Ddeftstream.benchmarks=short}) takes seconds to
 * minutes and checks what must hold on any machine; the long form ({@code mvn verify -Pbenchmarks})
 * also holds the figures to what is wanted, and puts its table into {@code
 * docs/benchmarks/faults.md}.
 */
package org.deftstream.tests.benchmarks;
