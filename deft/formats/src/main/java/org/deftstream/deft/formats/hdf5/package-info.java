/** HDF5: plain datasets by path, Data Exchange of synchrotrons, ISMRMRD raw data, through jHDF. */
package org.deftstream.deft.formats.hdf5;
