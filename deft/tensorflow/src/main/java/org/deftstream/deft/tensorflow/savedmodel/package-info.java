/** SavedModels of TensorFlow that came from elsewhere: read as data, nothing in them is run. */
package org.deftstream.deft.tensorflow.savedmodel;
