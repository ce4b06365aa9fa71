/** DICOM: uncompressed images, and derived series of them. */
package org.deftstream.deft.formats.dicom;
