package org.deftstream.devstack.demo;

import java.time.Duration;

/**
 * What {@code demo --train} does besides.
 *
 * @param pairs labelled pairs that are sent, at least 1
 * @param steps steps of the training
 * @param rows images per step
 * @param minutes most minutes of computing of the training
 * @param pause between two measurements while the adapter is trained: they go on flowing, and leave
 *     the processor to the trainer
 */
record TrainPlan(int pairs, int steps, int rows, int minutes, Duration pause) {}
