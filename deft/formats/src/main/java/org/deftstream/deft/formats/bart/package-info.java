/** Complex arrays of the Berkeley Advanced Reconstruction Toolbox. */
package org.deftstream.deft.formats.bart;
