/**
 * Whether a candidate is better than what serves: all contenders reconstruct the validation pairs
 * with the production sampler and the same noise, and the paired improvement decides.
 */
package org.deftstream.trainer.gate;
