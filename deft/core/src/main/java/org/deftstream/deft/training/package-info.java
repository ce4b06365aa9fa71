/**
 * Training of priors (noise prediction) and adapters (DEFT, eq. 10): images, batches, the resumable
 * loop. The network itself is behind {@link org.deftstream.deft.training.TrainableNetwork}.
 */
package org.deftstream.deft.training;
