/** NumPy's npy and npz. */
package org.deftstream.deft.formats.numpy;
