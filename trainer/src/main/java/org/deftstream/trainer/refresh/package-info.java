/**
 * A refresh of one task's adapter: when it is due, the steps it goes through, and what is kept of
 * it on disk so that it goes on after a crash.
 */
package org.deftstream.trainer.refresh;
