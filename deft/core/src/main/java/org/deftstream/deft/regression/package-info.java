/**
 * What practitioners train first: networks that answer a measurement with one image, alone or
 * unrolled with data consistency. No prior, no samples, no uncertainty: rivals of adapters.
 */
package org.deftstream.deft.regression;
