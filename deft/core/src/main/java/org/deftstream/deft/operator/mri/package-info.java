/**
 * Magnetic resonance: Fourier samples of one or several receive coils, on a grid or along spokes.
 */
package org.deftstream.deft.operator.mri;
