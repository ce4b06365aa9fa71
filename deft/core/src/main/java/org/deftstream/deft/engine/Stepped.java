package org.deftstream.deft.engine;

/**
 * What a batch made of a trajectory whose last region was in it.
 *
 * @param failure why it cannot go on; null if it was taken one step further
 */
record Stepped(Trajectory trajectory, Throwable failure) {}
