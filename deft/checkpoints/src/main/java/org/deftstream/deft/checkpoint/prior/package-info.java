/** Priors in the checkpoints of other programs: their networks, told off the tensors' shapes. */
package org.deftstream.deft.checkpoint.prior;
