/** The one place that knows TensorFlow and DJL: natives, graphs, sessions, native memory. */
package org.deftstream.deft.tensorflow;
