/** NIfTI-1. */
package org.deftstream.deft.formats.nifti;
