/**
 * Linear algebra of the operators: sparse and banded matrices, Fourier and cosine transforms,
 * conjugate gradients. Host arithmetic; of this project it knows the shape of an image.
 */
package org.deftstream.deft.linalg;
