package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.training.ImageSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jittered angles, metal and lesions: what is measured, and what is judged. */
class DisturbanceTest {
  private static final ImageShape SHAPE = new ImageShape(24, 24, 1);
  private static final String CT =
      "{'kind':'ct-parallel','views':12,'detectorBins':36,'noise':{'type':'gaussian','sigma':0.01}}";

  @TempDir private Path folder;
  private ImageSet images;

  /** A bright left half on which little varies, a right one where much does. */
  @BeforeEach
  void drawPictures() throws IOException {
    var random = new SplittableRandom(1);
    for (int n = 0; n < 3; n++) {
      var image = new BufferedImage(24, 24, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < SHAPE.size(); i++) {
        boolean left = i % 24 < 14;
        image.getRaster().setSample(i % 24, i / 24, 0, left ? 100 + n : 80 + random.nextInt(100));
      }
      ImageIO.write(image, "png", folder.resolve(n + ".png").toFile());
    }
    images = ImageSet.read(folder, SHAPE);
  }

  @Test
  void shouldMeasureAtOtherAnglesAndNothingElse() {
    var plain = set("'operator':{}, 'jitterDegrees':0.000001");
    var jittered = set("'jitterDegrees':2");

    // The same noise: all that differs is where the rays ran.
    for (int i = 0; i < 3; i++) {
      float[] a = plain.items().get(i).measurement().measurement();
      float[] b = jittered.items().get(i).measurement().measurement();
      double difference = 0;
      for (int k = 0; k < a.length; k++) {
        difference += Math.pow(a[k] - b[k], 2) / a.length;
      }
      assertThat(Math.sqrt(difference)).isBetween(0.005, 0.2);
      assertThat(jittered.items().get(i).truth()).isEqualTo(plain.items().get(i).truth());
    }
    assertThat(jittered.fingerprint()).isNotEqualTo(plain.fingerprint());
    var undisturbed =
        TestSet.simulate(operator(CT), Instrument.plain(operator(CT)), images, List.of(1L));
    float[] nominal = undisturbed.items().get(0).measurement().measurement();
    float[] nearly = plain.items().get(0).measurement().measurement();
    for (int k = 0; k < nominal.length; k++) {
      assertThat(nearly[k]).isCloseTo(nominal[k], within(1e-3f));
    }
  }

  @Test
  void shouldJudgeMetalOutsideOfIt() {
    var item = set("'insert':{'radius':2.6,'value':5}").items().get(1);

    assertThat(item.truth()).isEqualTo(images.image(1, false));
    var inside = item.placed().inside();
    assertThat(inside).hasSize(21);
    for (int i : inside) {
      assertThat(item.placed().image()[i]).isEqualTo(5);
    }
    float[] shown = item.truth().clone();
    for (int i : inside) {
      shown[i] = 1.5f; // whatever a method shows there
    }
    assertThat(item.judged(shown)).isEqualTo(item.truth());
    assertThat(item.contrastKept(shown)).isNaN();
    float most = 0;
    for (float value : item.measurement().measurement()) {
      most = Math.max(most, value);
    }
    assertThat(most).as("the metal is seen").isGreaterThan(1);
  }

  @Test
  void shouldAskHowMuchOfALesionIsKept() {
    var item = set("'insert':{'radius':2.4,'add':0.25}").items().get(0);
    var placed = item.placed();
    float[] without = images.image(0, false);

    assertThat(item.truth()).isEqualTo(placed.image());
    assertThat(placed.inside()).hasSize(21);
    assertThat(Arrays.stream(placed.ring()).filter(i -> contains(placed.inside(), i))).isEmpty();
    // Where little varies: in the left part, so nothing but the lesion has contrast.
    assertThat(Arrays.stream(placed.inside()).map(i -> i % 24)).allMatch(column -> column < 14);
    assertThat(item.contrastKept(item.truth())).isEqualTo(1);
    assertThat(item.contrastKept(without)).isCloseTo(0, within(1e-5));
    var half = without.clone();
    for (int i : placed.inside()) {
      half[i] += 0.125f;
    }
    assertThat(item.contrastKept(half)).isCloseTo(0.5, within(1e-5));
    assertThat(item.judged(half)).isEqualTo(half);
  }

  @Test
  void shouldSayWhatCannotBe() {
    assertThatThrownBy(() -> mismatch("'jitterDegrees':-1")).hasMessageContaining("jitterDegrees");
    assertThatThrownBy(() -> mismatch("'insert':{'radius':2}"))
        .hasMessageContaining("give either value (metal) or add (a lesion)");
    assertThatThrownBy(() -> mismatch("'insert':{'radius':2,'add':1,'value':1}"))
        .hasMessageContaining("give either value (metal) or add (a lesion)");
    assertThatThrownBy(() -> mismatch("'insert':{'radius':2,'add':1,'x':1}"))
        .hasMessageContaining("unknown field 'x'");
    assertThatThrownBy(
            () ->
                mismatch("'jitterDegrees':1")
                    .of(operator("{'kind':'denoising','noise':{'type':'gaussian','sigma':0.1}}")))
        .hasMessage(
            "mismatch 'm': the views of denoising have no angles that a record could bring");
    assertThatThrownBy(() -> set("'insert':{'radius':9,'add':1}"))
        .hasMessageContaining("does not fit into images of 24x24x1");
    var json = mismatch("'jitterDegrees':1,'insert':{'radius':2.5,'value':4}").toJson();
    assertThat(Mismatch.fromJson(JsonFields.of(json, "again")).toJson()).isEqualTo(json);
  }

  private static boolean contains(int[] all, int wanted) {
    return Arrays.stream(all).anyMatch(i -> i == wanted);
  }

  private TestSet set(String fields) {
    var operator = operator(CT);
    return TestSet.simulate(operator, mismatch(fields).of(operator), images, List.of(1L));
  }

  private static Mismatch mismatch(String fields) {
    try {
      var json = ("{'label':'m'," + fields + "}").replace('\'', '"');
      return Mismatch.fromJson(JsonFields.of(new ObjectMapper().readTree(json), "mismatch"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ForwardOperator operator(String spec) {
    try {
      return Operators.create(new ObjectMapper().readTree(spec.replace('\'', '"')), SHAPE);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
