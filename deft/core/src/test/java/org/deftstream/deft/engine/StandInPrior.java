package org.deftstream.deft.engine;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;

/** What the priors of engine tests have in common: they stand in for a Gaussian one. */
abstract class StandInPrior implements Prior {
  final Prior exact;
  private final String name;
  private final boolean onADevice;

  /**
   * A stand-in.
   *
   * @param onADevice whether it leaves the processors free
   */
  StandInPrior(Prior exact, String name, boolean onADevice) {
    this.exact = exact;
    this.name = name;
    this.onADevice = onADevice;
  }

  @Override
  public boolean usesProcessors() {
    return !onADevice;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String fingerprint() {
    return exact.fingerprint();
  }

  @Override
  public ImageShape imageShape() {
    return exact.imageShape();
  }

  @Override
  public NoiseSchedule schedule() {
    return exact.schedule();
  }

  @Override
  public long parameters() {
    return exact.parameters();
  }

  @Override
  public String device() {
    return name + " cpu";
  }

  @Override
  public void close() {}
}
