package org.deftstream.deft.engine;

/**
 * One row of the batch under way: a region of the image of a trajectory.
 *
 * @param index of the region among those of the trajectory's step
 */
record Region(Trajectory trajectory, int index) {}
