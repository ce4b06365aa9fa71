package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunManifestTest {
  /** Kept beside results, so a later version must understand it. */
  private static final String STORED =
      """
      {"name": "plan", "title": "A plan", "about": "It compares.", "command": "deftstream evaluate",
       "device": "TensorFlow cpu", "batch": 16, "tasks": [
         {"task": "t", "prior": "p", "priorParameters": 7, "operator": {"kind": "denoising"},
          "linear": true, "height": 4, "width": 5, "channels": 1, "items": 6, "seeds": 2,
          "images": "some", "key": "0123", "calibrationItems": 0, "featureDimension": 0,
          "reference": "one sample", "methods": [
            {"label": "one sample", "method": "dps", "settings": {"parameters": {"a": 0.5}},
             "sampler": "50 steps", "steps": 50, "samples": 1, "restarts": 2, "parameters": 3,
             "key": "4567", "residualLow": 0.9, "residualHigh": 1.5},
            {"label": "pseudo-inverse", "method": "pseudo-inverse", "settings": {}, "sampler": "",
             "steps": 0, "samples": 1, "restarts": 1, "parameters": 0, "key": "89ab",
             "calibrationKey": "cdef"}]}]}
      """;

  @TempDir private Path folder;

  @Test
  void shouldWriteWhatItReads() throws IOException {
    Path file = Files.writeString(folder.resolve("plan.json"), STORED);

    var manifest = RunManifest.read(file);

    var method = manifest.tasks().get(0).methods().get(0);
    assertThat(method.setup().label()).isEqualTo("one sample");
    assertThat(method.setup().parameters()).isEqualTo(3);
    assertThat(method.residualHigh()).isEqualTo(1.5);
    String same = new ObjectMapper().readTree(STORED).toPrettyString() + "\n";
    assertThat(manifest.toText()).isEqualTo(same);
  }

  @Test
  void shouldNameAFileThatItDoesNotUnderstand() throws IOException {
    Path file = Files.writeString(folder.resolve("plan.json"), "[]");

    assertThatThrownBy(() -> RunManifest.read(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("plan.json is not understood");
  }
}
