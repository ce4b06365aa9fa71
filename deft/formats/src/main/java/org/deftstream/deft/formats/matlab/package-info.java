/** MAT files of MATLAB, version 5 and 7.3. */
package org.deftstream.deft.formats.matlab;
