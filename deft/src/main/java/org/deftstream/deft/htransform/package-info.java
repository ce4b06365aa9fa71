/**
 * The one interface of everything that conditions the prior on a measurement, and the methods that
 * need no training and no Jacobian of the prior. The learned one is in {@code adapter}. Imports
 * operators and text helpers, no inference engine.
 */
package org.deftstream.deft.htransform;
