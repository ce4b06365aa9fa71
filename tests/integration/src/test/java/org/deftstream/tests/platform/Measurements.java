package org.deftstream.tests.platform;

import java.util.Map;
import java.util.Random;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;

/** Measurements of a task that ships with the service: masked pictures of clothes. */
public final class Measurements {
  /** The task. */
  public static final String TASK = "fashion-32/inpaint";

  private static final int SIDE = 32;

  private Measurements() {}

  /** A measurement that is a function of its id: noise behind a mask that hides about a half. */
  public static Measurement good(String id) {
    var random = new Random(id.hashCode());
    var values = new float[SIDE * SIDE];
    var mask = new float[SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      mask[i] = random.nextInt(2);
      values[i] = mask[i] * (float) (random.nextDouble() * 1.6 - 0.8);
    }
    return Measurement.newBuilder()
        .setId(id)
        .setTask(TASK)
        .setValues(Tensors.of(values, SIDE, SIDE, 1))
        .setAuxiliary(Map.of("mask", Tensors.of(mask, SIDE, SIDE)))
        .build();
  }

  /** The same of a task that nobody has. */
  public static Measurement ofUnknownTask(String id) {
    return Measurement.newBuilder(good(id)).setTask("fashion-32/inpant").build();
  }

  /** The same without its mask. */
  public static Measurement withoutMask(String id) {
    return Measurement.newBuilder(good(id)).setAuxiliary(Map.of()).build();
  }
}
