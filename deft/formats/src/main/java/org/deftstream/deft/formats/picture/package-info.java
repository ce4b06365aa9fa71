/** PNG, JPEG and TIFF, by the decoders of the platform. */
package org.deftstream.deft.formats.picture;
