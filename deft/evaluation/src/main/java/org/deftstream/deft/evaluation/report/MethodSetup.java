package org.deftstream.deft.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a method was run on a task. Immutable.
 *
 * @param label how the report calls it
 * @param method the method's name
 * @param settings parameters, sampler, checksum of what was learned
 * @param sampler in one line; empty if it is not sampled
 * @param steps evaluations of the prior for a sample
 * @param samples K
 * @param restarts R
 * @param parameters number of weights learned for the task
 */
public record MethodSetup(
    String label,
    String method,
    JsonNode settings,
    String sampler,
    int steps,
    int samples,
    int restarts,
    long parameters) {}
