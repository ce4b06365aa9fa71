/** Samplers that anneal the posterior and have a loop of their own. */
package org.deftstream.deft.annealing;
