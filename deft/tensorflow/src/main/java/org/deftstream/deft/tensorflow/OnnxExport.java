package org.deftstream.deft.tensorflow;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.OnnxGraph.Attributes;
import org.deftstream.deft.text.FileProblem;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Writes networks as models of ONNX, images with channels first as others have them. Whatever a
 * prior was trained to answer, its model answers with the noise.
 */
final class OnnxExport {
  private static final String TIMESTEP = "timestep";
  private static final String BATCH = "batch";

  private OnnxExport() {}

  /**
   * Inputs {@code sample} (batch x channels x height x width) and {@code timestep} (batch), output
   * {@code noise}; the schedule is in the model's metadata.
   */
  static void prior(PriorDirectory directory, Path file) {
    var network = directory.unet();
    if (network instanceof ModelConfig model) {
      throw new UserError(
          "prior "
              + directory.path()
              + " is a model of "
              + model.format().program()
              + " itself; those are not translated");
    }
    var onnx = new OnnxGraph();
    try (var graph = new Graph();
        var weights = directory.openWeights()) {
      var tf = Ops.create(graph);
      var x = images(tf, network, network.inChannels());
      var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
      var variables = new VariableWeights(tf);
      var asked = directory.scheduler().preconditioning();
      var noise = NetworkGraph.noise(tf, network, asked, variables, x, t);
      WeightSpec.refuseUnused(variables.variables().keySet(), weights.tensors());
      var inputs = Map.of(x.op().name(), "sample/last", t.op().name(), TIMESTEP);
      imageInput(onnx, "sample", network, network.inChannels());
      onnx.input(TIMESTEP, true, BATCH);
      var translation = new OnnxTranslation(graph, variables, weights.tensors(), inputs, onnx);
      imageOutput(onnx, "noise", translation.translate(noise), network);
      aboutPrior(onnx, directory);
      write(onnx, file, directory.name());
    } catch (IllegalArgumentException e) {
      throw new UserError("prior " + directory.path() + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static void aboutPrior(OnnxGraph onnx, PriorDirectory directory) {
    var schedule = directory.scheduler().schedule();
    var kept = JsonNodeFactory.instance.arrayNode();
    for (int t = 0; t < schedule.steps(); t++) {
      kept.add(schedule.alphaBar(t));
    }
    onnx.about(
        "description",
        "the noise in sample = sqrt(a) image + sqrt(1 - a) noise, with a = alphas_cumprod[timestep]"
            + " and images in [-1, 1]");
    onnx.about("alphas_cumprod", kept.toString());
    onnx.about("prediction_type", "epsilon");
    onnx.about("fingerprint", directory.fingerprint());
  }

  /**
   * Inputs {@code features}, {@code gradient} and {@code timestep}, output {@code correction}: what
   * is added to the noise that the prior sees.
   */
  static void adapter(AdapterDirectory.Content adapter, Path file) {
    var manifest = adapter.manifest();
    try {
      adapter(manifest.network(), adapter.weights().tensors(), manifest.toJson(), file);
    } catch (IllegalArgumentException e) {
      throw new UserError("adapter " + manifest.adapterId() + ": " + e.getMessage(), e);
    }
  }

  static void adapter(
      NetworkConfig network, Map<String, FloatTensor> tensors, String manifest, Path file) {
    var onnx = new OnnxGraph();
    try (var graph = new Graph()) {
      var tf = Ops.create(graph);
      var features = images(tf, network, network.inChannels());
      var gradient = images(tf, network, network.outChannels());
      var t = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
      var variables = new VariableWeights(tf);
      var h = AdapterGraph.build(tf, network, variables, features, gradient, t);
      WeightSpec.refuseUnused(variables.variables().keySet(), tensors);
      imageInput(onnx, "features", network, network.inChannels());
      imageInput(onnx, "gradient", network, network.outChannels());
      onnx.input(TIMESTEP, true, BATCH);
      var inputs =
          Map.of(
              features.op().name(),
              "features/last",
              gradient.op().name(),
              "gradient/last",
              t.op().name(),
              TIMESTEP);
      var translation = new OnnxTranslation(graph, variables, tensors, inputs, onnx);
      imageOutput(onnx, "correction", translation.translate(h), network);
      onnx.about("manifest", manifest);
      write(onnx, file, "adapter");
    }
  }

  private static Placeholder<TFloat32> images(Ops tf, NetworkConfig network, int channels) {
    boolean any = network.anySize();
    long height = any ? -1 : network.sampleHeight();
    long width = any ? -1 : network.sampleWidth();
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, height, width, channels)));
  }

  private static void imageInput(OnnxGraph onnx, String name, NetworkConfig network, int channels) {
    onnx.input(name, false, BATCH, channels, height(network), width(network));
    var last = new Attributes().numbers("perm", 0, 2, 3, 1);
    onnx.node("Transpose", List.of(name), last, name + "/last");
  }

  private static void imageOutput(
      OnnxGraph onnx, String name, String value, NetworkConfig network) {
    var first = new Attributes().numbers("perm", 0, 3, 1, 2);
    onnx.node("Transpose", List.of(value), first, name);
    onnx.output(name, BATCH, network.outChannels(), height(network), width(network));
  }

  private static Object height(NetworkConfig network) {
    return network.anySize() ? "height" : (Object) network.sampleHeight();
  }

  private static Object width(NetworkConfig network) {
    return network.anySize() ? "width" : (Object) network.sampleWidth();
  }

  private static void write(OnnxGraph onnx, Path file, String name) {
    try {
      onnx.write(file, name);
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
    }
  }
}
