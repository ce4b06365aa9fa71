/**
 * Checkpoints of other programs: torch files, pickles and safetensors, read without running
 * anything that they hold.
 */
package org.deftstream.deft.checkpoint;
