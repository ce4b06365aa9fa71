package org.deftstream.devstack.demo;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.image.GreyImage;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;

/**
 * One picture, measured once. Every method answers this same measurement: the same noise, the same
 * holes.
 *
 * @param scenario its task
 * @param name of the picture
 * @param truth the picture
 * @param auxiliary what the record carries besides the measurement, such as the mask
 * @param operator the task's operator with the auxiliary inputs of this record
 * @param measurement y
 */
record Subject(
    Scenario scenario,
    String name,
    GreyImage truth,
    Map<String, float[]> auxiliary,
    ForwardOperator operator,
    float[] measurement) {

  /** Measures a picture. */
  static Subject measure(Scenario scenario, DemoImages.Named image, SplittableRandom random) {
    var unbound = scenario.task().operator();
    var auxiliary = unbound.drawAuxiliary(random);
    var operator = unbound.bind(auxiliary);
    var measurement = operator.simulate(image.picture().values(), random);
    return new Subject(scenario, image.name(), image.picture(), auxiliary, operator, measurement);
  }

  /** The identity of the subject within a run. */
  String label() {
    return scenario.prefix() + "-" + name;
  }

  /**
   * The record to send.
   *
   * @param id measurement id; it seeds the sampler's noise
   */
  Measurement record(String id) {
    var tensors = new HashMap<String, Tensor>();
    var shapes = operator.auxiliaryShapes();
    auxiliary.forEach((name, values) -> tensors.put(name, Tensors.of(values, shapes.get(name))));
    return Measurement.newBuilder()
        .setId(id)
        .setTask(scenario.task().name())
        .setValues(Tensors.of(measurement, operator.measurementShape()))
        .setAuxiliary(tensors)
        .setCapturedAt(Instant.now())
        .setAttributes(Map.of("demo.image", label()))
        .build();
  }
}
