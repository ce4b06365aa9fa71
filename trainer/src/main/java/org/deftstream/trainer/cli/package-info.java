/**
 * The commands that train and judge: {@code prior}, {@code train}, {@code evaluate}. They use the
 * method's library and need no Kafka.
 */
package org.deftstream.trainer.cli;
