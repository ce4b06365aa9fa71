/**
 * The one interface of everything that conditions the prior on a measurement, and the methods that
 * need no training. The learned one is in {@code adapter}. Imports operators, the prior's
 * interface, the weights of a sampler's step and text helpers; no inference engine.
 */
package org.deftstream.deft.htransform;
