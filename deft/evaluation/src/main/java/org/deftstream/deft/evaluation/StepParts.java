package org.deftstream.deft.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.htransform.StepRow;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.operator.ProximalPoints;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.StepWeights;
import org.deftstream.deft.sampler.Stepper;
import org.deftstream.deft.sampler.TimeSteps;

/**
 * What the parts of a step take for a batch whose images are of one size, each part alone and
 * spread over the processors as the engine spreads it. The engine draws the noise beside the prior,
 * so a step may take less than their sum.
 *
 * @param prior seconds of one evaluation of the prior
 * @param operator seconds of the proximal points
 * @param features seconds of what else the h-transform does: what its network sees, the network,
 *     the correction; of methods that take no proximal point it is all that they do
 * @param noise seconds of the fresh noise; 0 where the sampler takes none
 * @param solver seconds of the estimates of the clean images and of the step to the next timestep
 */
public record StepParts(
    double prior, double operator, double features, double noise, double solver) {

  /** What a step is taken of. */
  public record Subject(
      Prior prior, HTransform hTransform, SamplerSettings sampler, BoundMeasurement measurement) {}

  /** Seconds of all parts one after the other. */
  public double sum() {
    return prior + operator + features + noise + solver;
  }

  /**
   * Measures, in the middle of a trajectory.
   *
   * @param batch images of a step, at least 1
   * @param runs each part is taken so often; the median counts
   */
  public static StepParts measure(Subject subject, int batch, int runs) {
    return new Run(subject, batch, runs).parts();
  }

  private static final class Run {
    private final Subject subject;
    private final int batch;
    private final int runs;
    private final int size;
    private final int[] timesteps;
    private final int position;
    private final StepWeights weights;
    private final float[][] states;
    private final float[][] fresh;

    Run(Subject subject, int batch, int runs) {
      this.subject = subject;
      this.batch = batch;
      this.runs = runs;
      size = subject.measurement().operator().imageShape().size();
      var schedule = subject.prior().schedule();
      timesteps = TimeSteps.of(subject.sampler(), schedule);
      position = timesteps.length / 2;
      int target = TimeSteps.target(timesteps, position);
      double alphaBar = schedule.alphaBar(timesteps[position]);
      weights =
          target < 0
              ? StepWeights.toClean(alphaBar)
              : StepWeights.of(subject.sampler(), alphaBar, schedule.alphaBar(target));
      states = new float[batch][size];
      fresh = new float[batch][size];
      var random = new SplittableRandom(1);
      for (var state : states) {
        for (int i = 0; i < size; i++) {
          state[i] = (float) (Math.sqrt(1 - alphaBar) * random.nextGaussian());
        }
      }
    }

    StepParts parts() {
      var rows = new float[batch * size];
      for (int i = 0; i < batch; i++) {
        System.arraycopy(states[i], 0, rows, i * size, size);
      }
      var t = new int[batch];
      Arrays.fill(t, timesteps[position]);
      var shape = subject.measurement().operator().imageShape();
      double prior = median(() -> subject.prior().predictNoise(rows, t, shape));
      float[] answers = subject.prior().predictNoise(rows, t, shape);
      var eps = new float[batch][];
      var clean = new float[batch][];
      for (int i = 0; i < batch; i++) {
        eps[i] = Arrays.copyOfRange(answers, i * size, (i + 1) * size);
        clean[i] = DdimStep.clean(states[i], eps[i], weights.alphaBar());
      }
      double noise = weights.fresh() == 0 ? 0 : median(this::draw);
      var steps = stepRows(eps, clean);
      double corrected = median(() -> subject.hTransform().correct(steps));
      double operator =
          Math.min(corrected, median(() -> ProximalPoints.of(asked(clean), device())));
      return new StepParts(
          prior, operator, corrected - operator, noise, median(() -> solve(eps, clean)));
    }

    private List<StepRow> stepRows(float[][] eps, float[][] clean) {
      var rows = new ArrayList<StepRow>(batch);
      for (int i = 0; i < batch; i++) {
        rows.add(
            new StepRow(
                states[i],
                eps[i],
                clean[i],
                timesteps[position],
                weights.alphaBar(),
                subject.measurement(),
                weights,
                fresh[i],
                subject.hTransform().remembers() ? clean[i] : null,
                device()));
      }
      return rows;
    }

    private ProximalDevice device() {
      return subject.prior().proximalDevice().orElse(null);
    }

    private List<ProximalPoints.Row> asked(float[][] clean) {
      double sigma = subject.measurement().operator().noiseSigma();
      double rho = sigma * sigma * weights.alphaBar() / (1 - weights.alphaBar());
      return Arrays.stream(clean)
          .map(image -> new ProximalPoints.Row(subject.measurement(), image, rho))
          .toList();
    }

    private void draw() {
      IntStream.range(0, batch)
          .parallel()
          .forEach(i -> CounterNoise.ofSeed(i, 0).fill(fresh[i], timesteps[position]));
    }

    private void solve(float[][] eps, float[][] clean) {
      IntStream.range(0, batch)
          .parallel()
          .forEach(
              i -> {
                DdimStep.clean(states[i], eps[i], weights.alphaBar(), clean[i]);
                Stepper.of(subject.sampler()).apply(states[i].clone(), eps[i], fresh[i], weights);
              });
    }

    private double median(Runnable part) {
      part.run();
      var seconds = new double[runs];
      for (int i = 0; i < runs; i++) {
        long begun = System.nanoTime();
        part.run();
        seconds[i] = (System.nanoTime() - begun) / 1e9;
      }
      Arrays.sort(seconds);
      return seconds[runs / 2];
    }
  }
}
