package org.deftstream.devstack.instruments;

import java.util.List;

/** The instruments that are known here. Stateless. */
public final class Instruments {
  private static final List<Instrument> ALL =
      List.of(
          new HoledDiscs(),
          new Tooth(),
          new HeadScan(),
          new LenslessHand(),
          new BlackHole(),
          new ClinicalCt());

  private Instruments() {}

  /** All of them, in the order of the {@link Catalogue}. */
  public static List<Instrument> all() {
    return ALL;
  }
}
