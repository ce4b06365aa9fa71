/**
 * The steps of one trajectory: which timesteps, how one state follows from the last, and the noise
 * that a step adds. Host arithmetic on one row; the engine batches. Imports schedules and text
 * helpers only.
 */
package org.deftstream.deft.sampler;
