package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.RandomPrior;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.tensor.TensorSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/** Networks that leave as SavedModels and come back answer as they did; others are refused. */
class SavedModelPriorTest {
  private static final double TOLERANCE = 1e-4;
  private static final int SIDE = 8;
  private static final TensorFlowBackend BACKEND =
      TensorFlowBackend.start(new SessionOptions(1, false));
  private static final SchedulerConfig SCHEDULER =
      SchedulerConfig.standard().predicting(Prediction.V);

  @TempDir private static Path fixtures;
  private static PriorDirectory first;
  private static SavedModelFixture fixture;

  @TempDir private Path folder;

  @BeforeAll
  static void writeAPrior() throws IOException {
    var network =
        UNetConfig.parse(
            new ObjectMapper()
                .readTree(
                    "{\"sample_size\": 8, \"in_channels\": 2, \"out_channels\": 2,"
                        + " \"block_out_channels\": [8, 16], \"norm_num_groups\": 4,"
                        + " \"layers_per_block\": 1, \"attention_head_dim\": 8,"
                        + " \"down_block_types\": [\"DownBlock2D\", \"AttnDownBlock2D\"],"
                        + " \"up_block_types\": [\"AttnUpBlock2D\", \"UpBlock2D\"]}"));
    first =
        RandomPrior.write(fixtures.resolve("first"), BACKEND.adapterNetworks(), network, SCHEDULER);
    fixture = new SavedModelFixture(fixtures.resolve("model"), first);
  }

  /** What an import does, without the questions. */
  private PriorDirectory taken(Path savedModel, String name) {
    try (var model = new SavedModelRuntime().read(savedModel)) {
      var n = model.network();
      var config =
          new ModelConfig(
              ModelConfig.Format.SAVED_MODEL,
              n.height(),
              n.width(),
              n.channels(),
              false,
              1,
              n.oneByOne(),
              n.channelsLast(),
              n.sample(),
              n.time(),
              n.timeType(),
              n.timeScalar(),
              n.output());
      return PriorDirectory.write(
          folder.resolve(name),
          config,
          SCHEDULER,
          model.files(),
          model.weights(),
          JsonNodeFactory.instance.objectNode().put("name", name));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerAsTheNetworkThatItWas(boolean functions) {
    Path model = functions ? fixture.asFunctions(folder.resolve("functions")) : fixture.folder();
    int[] t = {0, 300, 999};
    float[] x = RandomPrior.gaussian(t.length * SIDE * SIDE * 2, 3);
    float[] v = RandomPrior.gaussian(x.length, 4);
    var second = taken(model, "second");
    try (var was = BACKEND.openPrior(first);
        var is = BACKEND.openPrior(second)) {
      RandomPrior.assertClose(is.predictNoise(x, t), was.predictNoise(x, t), TOLERANCE);
      assertThat(is.hasGradient()).isTrue();
      RandomPrior.assertClose(is.vectorJacobian(x, t, v), was.vectorJacobian(x, t, v), TOLERANCE);
      assertThat(is.parameters()).isEqualTo(was.parameters());
      assertThat(is.fingerprint()).isNotEqualTo(was.fingerprint());
    }
  }

  private static NodeDef.Builder operation(String op) {
    return NodeDef.newBuilder()
        .setOp(op)
        .putAttr("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build());
  }

  /** Without variables, and without a use for the time. */
  @Test
  void shouldTakeAModelThatIsNotToldTheNoise() {
    Path model =
        fixture.changed(
            folder.resolve("frozen"),
            graph -> {
              var signature = graph.getSignatureDefOrThrow(Signatures.KEY).toBuilder();
              String input = signature.getInputsOrThrow("images").getName().replaceFirst(":0$", "");
              graph
                  .getGraphDefBuilder()
                  .addNode(operation("Neg").setName("negative").addInput(input));
              var negative = signature.getOutputsOrThrow("noise").toBuilder().setName("negative:0");
              graph.putSignatureDef(
                  Signatures.KEY, signature.putOutputs("noise", negative.build()).build());
            });
    float[] x = RandomPrior.gaussian(SIDE * SIDE * 2, 3);
    try (var prior = BACKEND.openPrior(taken(model, "second"))) {
      float[] answer = prior.predictNoise(x, new int[] {500});

      double kept = prior.schedule().alphaBar(500);
      double share = Math.sqrt(1 - kept) - Math.sqrt(kept);
      for (int i = 0; i < x.length; i++) {
        assertThat((double) answer[i]).isCloseTo(share * x[i], offset(1e-5));
      }
    }
  }

  /** TensorFlow has no gradient of this one for graphs that are not written in Python. */
  @Test
  void shouldRefuseMethodsThatNeedAGradientWhereThereIsNone() {
    Path model =
        fixture.changed(
            folder.resolve("without"),
            graph -> SavedModelFixture.behindTheAnswer(graph, operation("Round")));
    try (var prior = BACKEND.openPrior(taken(model, "second"))) {
      RandomPrior.assertNoGradient(prior);
    }
  }

  private int number;

  private void refused(Consumer<MetaGraphDef.Builder> change, String... parts) {
    Path model = fixture.changed(folder.resolve("changed" + number++), change);
    assertThatThrownBy(() -> new SavedModelRuntime().read(model).close())
        .isInstanceOf(UserError.class)
        .message()
        .contains(SavedModelFixture.file(model).toString())
        .contains(parts)
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "RestoreV2",
        "SaveV2",
        "PyFunc",
        "EagerPyFunc",
        "If",
        "While",
        "StatelessWhile",
        "Print",
        "PrintV2",
        "Assert",
        "RandomStandardNormal",
        "StatelessRandomNormalV2",
        "TensorDataset",
        "IteratorGetNext",
        "LookupTableFindV2",
        "Assign",
        "AssignVariableOp",
        "Send",
        "_Retval",
        "XlaLaunch",
        "SymbolicGradient",
        "RemoteCall",
        "MyOwnOp\n\u001b[31m",
      })
  void shouldRefuseWhatIsNoArithmetic(String op) {
    refused(
        graph -> SavedModelFixture.behindTheAnswer(graph, operation(op)),
        "'behind'",
        op.replaceAll("\\p{Cntrl}.*", ""),
        "only arithmetic");
  }

  @Test
  void shouldRefuseSignaturesAndVariablesThatAreNotThoseOfAPrior() {
    refused(
        graph -> {
          var signature = graph.getSignatureDefOrThrow(Signatures.KEY).toBuilder();
          signature.putInputs("more", signature.getInputsOrThrow("steps"));
          graph.putSignatureDef(Signatures.KEY, signature.build());
        },
        "a prior's has two");
    refused(
        graph -> {
          var signature = graph.getSignatureDefOrThrow(Signatures.KEY).toBuilder();
          signature.putOutputs("more", signature.getOutputsOrThrow("noise"));
          graph.putSignatureDef(Signatures.KEY, signature.build());
        },
        "2 outputs");
    refused(graph -> graph.clearSignatureDef(), "0 signatures");
    refused(graph -> graph.clearSaverDef(), "not one that is loaded from variables/");
    refused(graph -> graph.clearGraphDef(), "there is no operation");
    refused(
        graph -> {
          var constant = operation("Const");
          var tensor = AttrValue.newBuilder();
          tensor.getTensorBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(1);
          for (int i = 0; i < 3; i++) {
            tensor.getTensorBuilder().getTensorShapeBuilder().addDimBuilder().setSize(1L << 40);
          }
          constant.putAttr("value", tensor.build());
          SavedModelFixture.behindTheAnswer(graph, constant);
        },
        "'behind' is too large");
    refused(
        graph -> {
          graph.getGraphDefBuilder().addNode(operation("Placeholder").setName("other"));
          SavedModelFixture.behindTheAnswer(graph, operation("AddV2").addInput("other"));
        },
        "another input 'other'");
    refused(
        graph -> {
          var call = operation("PartitionedCall");
          var function = AttrValue.newBuilder();
          function.getFuncBuilder().setName("itself");
          SavedModelFixture.behindTheAnswer(graph, call.putAttr("f", function.build()));
          var itself = graph.getGraphDefBuilder().getLibraryBuilder().addFunctionBuilder();
          itself.getSignatureBuilder().setName("itself").addOutputArgBuilder().setName("out");
          itself.putRet("out", "again:output:0").addNodeDef(call.clone().setName("again"));
        },
        "without end");
  }

  /** What no reader finds, TensorFlow itself does, before anything is evaluated. */
  @Test
  void shouldRefuseGraphsThatTensorFlowDoesNotTake() {
    Path circle =
        fixture.changed(
            folder.resolve("circle"),
            graph ->
                SavedModelFixture.behindTheAnswer(graph, operation("AddV2").addInput("behind")));
    notOpened(taken(circle, "circular"), "does not take its graph");
    Path vast =
        fixture.changed(
            folder.resolve("vast"),
            graph -> {
              var sides = AttrValue.newBuilder();
              sides
                  .getTensorBuilder()
                  .setDtype(DataType.DT_INT32)
                  .addAllIntVal(List.of(1 << 20, 2, 2, 1));
              sides.getTensorBuilder().getTensorShapeBuilder().addDimBuilder().setSize(4);
              var type = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
              graph
                  .getGraphDefBuilder()
                  .addNode(
                      NodeDef.newBuilder()
                          .setName("sides")
                          .setOp("Const")
                          .putAttr("dtype", type)
                          .putAttr("value", sides.build()));
              SavedModelFixture.behindTheAnswer(
                  graph, operation("Tile").putAttr("Tmultiples", type), "sides");
            });
    notOpened(taken(vast, "large"), "too large");
  }

  private static void notOpened(PriorDirectory directory, String... parts) {
    assertThatThrownBy(() -> BACKEND.openPrior(directory).close())
        .isInstanceOf(UserError.class)
        .message()
        .contains(directory.path().toString())
        .contains(parts)
        .hasLineCount(1);
  }

  /** Whoever can write the directory of a prior has not been through the import. */
  @Test
  void shouldCheckAGraphEachTimeThatItIsOpened() throws Exception {
    var directory = taken(fixture.folder(), "second");
    Path file = directory.weightFiles().get(0);
    var graph = GraphDef.parseFrom(Files.readAllBytes(file)).toBuilder();
    Files.write(
        file,
        graph.clone().addNode(operation("WriteFile").setName("beside")).build().toByteArray());
    notOpened(PriorDirectory.open(directory.path()), "'beside' is 'WriteFile'");
    graph.getLibraryBuilder().addFunctionBuilder().getSignatureBuilder().setName("f");
    Files.write(file, graph.build().toByteArray());
    notOpened(PriorDirectory.open(directory.path()), "it has functions");
  }

  @Test
  void shouldUnderstandOrRefuseWhateverIsChanged() throws Exception {
    var random = new Random(7);
    Path model = fixture.changed(folder.resolve("model"), graph -> {});
    for (String name :
        List.of(
            "saved_model.pb",
            "variables/variables.index",
            "variables/variables.data-00000-of-00001")) {
      Path file = model.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < 100; i++) {
        byte[] changed = sound.clone();
        for (int c = 1 << random.nextInt(5); c > 0; c--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        Files.write(
            file, i % 10 == 0 ? Arrays.copyOf(changed, random.nextInt(changed.length)) : changed);
        try (var read = new SavedModelRuntime().read(model)) {
          read.weights().values().forEach(TensorSource::read);
        } catch (UserError e) {
          assertThat(e.getMessage()).hasLineCount(1).isNotBlank();
        }
      }
      Files.write(file, sound);
    }
    Files.delete(model.resolve("variables/variables.data-00000-of-00001"));
    assertThatThrownBy(() -> new SavedModelRuntime().read(model).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("variables.data-00000-of-00001 is missing");
    for (var entry :
        Map.of(
                "", "saved_model.pb: it is empty",
                "version https://git-lfs.github.com/spec/v1", "pointer of Git LFS",
                "<html>", "web page")
            .entrySet()) {
      Files.writeString(SavedModelFixture.file(model), entry.getKey());
      assertThatThrownBy(() -> new SavedModelRuntime().read(model).close())
          .isInstanceOf(UserError.class)
          .hasMessageContaining(entry.getValue());
    }
    Files.move(SavedModelFixture.file(model), model.resolve("saved_model.pbtxt"));
    assertThatThrownBy(() -> new SavedModelRuntime().read(model).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("saved_model.pb is missing; as text it is not read");
  }
}
