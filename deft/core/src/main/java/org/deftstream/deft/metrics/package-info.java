/**
 * How good a reconstruction is: PSNR and SSIM of an image; Frechet and kernel distance of a set;
 * coverage of the stated uncertainty; and the confidence of each. Host arithmetic in double. How
 * well an image explains its measurement, in units of the noise, is {@link
 * org.deftstream.deft.operator.ForwardOperator#residual}.
 */
package org.deftstream.deft.metrics;
