/**
 * X-ray tomography: rays, their projector and its exact adjoint, filtered back-projection, noise of
 * photons.
 */
package org.deftstream.deft.operator.tomography;
