package org.deftstream.devstack.instruments;

import java.util.List;

/**
 * What came back to a scan, in units of images: -1 to 1. Immutable by agreement.
 *
 * @param mean of the samples
 * @param deviation their standard deviation; null of a single sample
 * @param draws single samples, as many as {@link Scan#draws} asked for
 */
public record Answer(float[] mean, float[] deviation, List<float[]> draws) {}
