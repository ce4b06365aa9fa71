/**
 * Reconstruction as optimisation: methods that fit one image to the measurement and the prior and
 * so do not simulate the reverse diffusion. Imports priors, operators and the samplers' noise.
 */
package org.deftstream.deft.variational;
