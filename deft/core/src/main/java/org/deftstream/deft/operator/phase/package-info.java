/** Phase retrieval from the magnitudes of an oversampled Fourier transform. */
package org.deftstream.deft.operator.phase;
