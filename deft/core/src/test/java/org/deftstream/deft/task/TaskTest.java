package org.deftstream.deft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskTest {
  private static final String TASK =
      """
      {
        "name": "head-ct-64/ct-sparse-20",
        "prior": "head-ct-64",
        "operator": {
          "kind": "ct-parallel", "views": 20, "detectorBins": 95,
          "noise": {"type": "gaussian", "sigma": 0.01}
        },
        "trainingFree": {
          "method": "diffpir", "parameters": {"lambda": 8}, "sampler": {"steps": 50, "grid": "root", "noise": "zeta", "noiseLevel": 0.3}
        },
        "learned": {"sampler": {"steps": 20, "noiseLevel": 1}}
      }
      """;

  @Test
  void shouldReadATask() {
    var task = read(TASK);

    assertThat(task.name()).isEqualTo("head-ct-64/ct-sparse-20");
    assertThat(task.prior()).isEqualTo("head-ct-64");
    assertThat(task.operator().imageShape()).isEqualTo(new ImageShape(64, 64, 1));
    assertThat(task.operator().measurementShape()).containsExactly(20, 95);
    assertThat(task.trainingFree().parameters()).containsEntry("lambda", 8.0);
    assertThat(task.trainingFree().hTransform(null).method()).isEqualTo("diffpir");
    assertThat(task.trainingFree().sampler().noise()).isEqualTo(NoiseRule.ZETA);
    assertThat(task.learnedSampler().steps()).isEqualTo(20);
  }

  @Test
  void shouldReadWhatItWrites() {
    var task = read(TASK);
    var again = read(task.toJson().toString());

    assertThat(again.toJson()).isEqualTo(task.toJson());
    assertThat(again.trainingFree()).isEqualTo(task.trainingFree());
    assertThat(again.learnedSampler()).isEqualTo(task.learnedSampler());
    assertThat(Operators.fingerprint(again.operator()))
        .isEqualTo(Operators.fingerprint(task.operator()));
  }

  @Test
  void shouldTakeTheSizeOfItsImagesFromTheTaskWhereItSaysOne() {
    var json =
        TASK.replace("\"operator\"", "\"image\": {\"height\": 96, \"width\": 80}, \"operator\"");
    var task = read(json);

    assertThat(task.operator().imageShape()).isEqualTo(new ImageShape(96, 80, 1));
    assertThat(read(task.toJson().toString()).operator().imageShape())
        .isEqualTo(new ImageShape(96, 80, 1));
    assertThatThrownBy(() -> read(json.replace("96", "16000000").replace("80", "2")))
        .hasMessageContaining("pixels");
    assertThatThrownBy(() -> read(json.replace("96", "-1"))).hasMessageContaining("height");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "diffpir" | "difpir" | task 'head-ct-64/ct-sparse-20', trainingFree: method 'difpir' is not known; did you mean 'diffpir'? Known: ddnm, ddnm-plus, ddrm, dds, diffpir, dps, pigdm
          "lambda": 8 | "lamda": 8 | task 'head-ct-64/ct-sparse-20', trainingFree: diffpir: unknown parameter 'lamda'; did you mean 'lambda'? Known: lambda
          "lambda": 8 | "lambda": -1 | task 'head-ct-64/ct-sparse-20', trainingFree: diffpir: lambda must be a number above 0, got -1.0
          {"lambda": 8} | {} | task 'head-ct-64/ct-sparse-20', trainingFree: diffpir: parameter 'lambda' is missing
          "diffpir", "parameters": {"lambda": 8}, "sampler": {"steps": 50, "grid": "root", "noise": "zeta" | "dps", "parameters": {"zeta": 1}, "sampler": {"steps": 50, "solver": "dpmpp-2m" | task 'head-ct-64/ct-sparse-20', trainingFree: dps prescribes its step and goes with the solver ddim only, not with: dpmpp-2m steps=50 grid=uniform eta=0.3 samples=1
          "diffpir", "parameters": {"lambda": 8} | "ddrm" | task 'head-ct-64/ct-sparse-20': ddrm needs the singular value decomposition of the operator; ct-parallel has none that is cheap
          "prior": "head-ct-64" | "prior": "head" | task 'head-ct-64/ct-sparse-20': no prior 'head'
          "learned": | "learnt": | task 'head-ct-64/ct-sparse-20': field 'learned' is missing
          "prior": | "extra": 1, "prior": | task 'head-ct-64/ct-sparse-20': unknown field 'extra'; Known: image, learned, name, operator, prior, trainingFree
          "steps": 20 | "stepps": 20, "steps": 20 | task 'head-ct-64/ct-sparse-20', learned, sampler: unknown field 'stepps'; did you mean 'steps'? Known: grid, init, noise, noiseLevel, samples, solver, start, steps
          "views": 20 | "views": "many" | task 'head-ct-64/ct-sparse-20': operator ct-parallel: views must be a whole number in [1, 16384], got "many"
          "head-ct-64/ct-sparse-20" | "head ct" | task name 'head ct' must be made of letters, digits, '.', '-' and '_', in parts separated by '/'
          """)
  void shouldSayWhatIsWrong(String from, String to, String message) {
    assertThatThrownBy(() -> read(TASK.replace(from, to)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void shouldStartFromTheSmoothestImageOfLinearOperatorsOnly() {
    String hdr =
        """
        {"name": "t", "prior": "head-ct-64",
         "operator": {"kind": "hdr", "noise": {"type": "gaussian", "sigma": 0.1}},
         "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
          "sampler": {"steps": 4, "noiseLevel": 1}},
         "learned": {"sampler": {"steps": 4, "noiseLevel": 1, "init": "smoothest", "start": 0.2}}}
        """;

    assertThatThrownBy(() -> read(hdr))
        .hasMessage("task 't': a sampler with init smoothest needs a linear operator, not hdr");
    assertThat(read(hdr.replace("hdr", "denoising")).learnedSampler().start()).isEqualTo(0.2);
  }

  @Test
  void shouldSayWhereTheTextIsNotJson() {
    assertThatThrownBy(() -> read("{\"name\": }"))
        .hasMessageStartingWith("task: not valid JSON: ")
        .hasMessageContaining("line 1, column 10")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> read(TASK + "x")).hasMessageStartingWith("task: not valid JSON: ");
    assertThatThrownBy(() -> read("{\"name\": \"a\", \"name\": \"b\"}"))
        .hasMessage("task: not valid JSON: field 'name' is there twice (line 1, column 21)");
    assertThatThrownBy(() -> read("")).hasMessage("task: not valid JSON: it is empty");
  }

  private static Task read(String json) {
    return Task.parse(
        json,
        prior -> {
          if (!prior.equals("head-ct-64")) {
            throw new IllegalArgumentException("no prior '" + prior + "'");
          }
          return new ImageShape(64, 64, 1);
        });
  }
}
