/** Plain arrays with a shape. */
package org.deftstream.deft.tensor;
