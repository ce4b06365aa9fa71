/**
 * The command line: {@code deftstream} and its commands. A command parses its options, calls one
 * class of another package and prints; what it prints for programs goes to standard output, all
 * else to standard error.
 *
 * <p>The only package of this module that may use the trainer.
 */
package org.deftstream.cli;
