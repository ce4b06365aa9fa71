/** The trainer as a process: reads pairs without pause and refreshes one task after the other. */
package org.deftstream.trainer.serve;
