/**
 * How good a reconstruction is: PSNR, SSIM, and the confidence of a mean over images. Host
 * arithmetic in double. How well an image explains its measurement, in units of the noise, is
 * {@link org.deftstream.deft.operator.ForwardOperator#residual}.
 */
package org.deftstream.deft.metrics;
