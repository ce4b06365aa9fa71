/** FITS images, and visibilities of radio interferometers in random groups (UVFITS). */
package org.deftstream.deft.formats.fits;
