/** The frozen prior, and its directory in diffusers' layout. */
package org.deftstream.deft.prior;
