/**
 * Radio interferometry: samples of the sky's Fourier transform and the closure quantities that the
 * errors of stations cancel from.
 */
package org.deftstream.deft.operator.interferometry;
