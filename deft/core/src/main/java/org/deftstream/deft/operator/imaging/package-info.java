/** Cameras and microscopes: blur, super-resolution, masks, clipped intensities. */
package org.deftstream.deft.operator.imaging;
