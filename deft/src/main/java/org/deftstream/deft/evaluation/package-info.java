/** Methods compared on the same images, measurements and seeds. */
package org.deftstream.deft.evaluation;
