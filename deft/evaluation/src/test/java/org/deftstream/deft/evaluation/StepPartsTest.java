package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.htransform.DiffPir;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.sampler.SamplerSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepPartsTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void shouldTakeTimeForWhatTheSamplerAsksFor(double fresh) throws Exception {
    var shape = new ImageShape(8, 8, 1);
    var spec = "{\"kind\": \"denoising\", \"noise\": {\"type\": \"gaussian\", \"sigma\": 0.1}}";
    var operator = Operators.create(new ObjectMapper().readTree(spec), shape);
    var measurement =
        BoundMeasurement.of(operator, operator.simulate(new float[shape.size()], new Random(1)));
    var sampler =
        new SamplerSettings(
            4, SamplerSettings.TimeGrid.UNIFORM, SamplerSettings.NoiseRule.ZETA, fresh, 1);
    var subject =
        new StepParts.Subject(GaussianPrior.ramp(shape), new DiffPir(1), sampler, measurement);

    var parts = StepParts.measure(subject, 3, 1);

    assertThat(parts.prior()).isPositive();
    assertThat(parts.operator()).isPositive();
    assertThat(parts.features()).isNotNegative();
    assertThat(parts.solver()).isPositive();
    assertThat(parts.noise() > 0).isEqualTo(fresh > 0);
    assertThat(parts.sum()).isGreaterThanOrEqualTo(parts.prior() + parts.solver());
  }
}
