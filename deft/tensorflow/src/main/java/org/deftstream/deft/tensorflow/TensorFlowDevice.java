package org.deftstream.deft.tensorflow;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.KernelList;
import org.tensorflow.types.TFloat32;

/**
 * What TensorFlow itself can do here, tried out: which GPUs it takes, and how near a convolution
 * comes to the same sums in double precision. Stateless and thread-safe; starts TensorFlow.
 */
public final class TensorFlowDevice {
  private static final int MOST_GPUS = 64;
  private static final int SIDE = 16;
  private static final int CHANNELS = 64;

  private TensorFlowDevice() {}

  /** The version of TensorFlow, for example 2.16.1. */
  public static String version() {
    TensorFlowBackend.start(SessionOptions.standard());
    return TensorFlow.version();
  }

  /** Where its libraries lie. */
  public static String libraries() {
    TensorFlowBackend.start(SessionOptions.standard());
    return System.getProperty("TENSORFLOW_LIBRARY_PATH");
  }

  /** Whether its libraries were built for GPUs: whether they have a convolution for one. */
  public static boolean builtForGpus() {
    TensorFlowBackend.start(SessionOptions.standard());
    return NativeCalls.call(
        () -> {
          try (var scope = new PointerScope()) {
            var status = TF_Status.newStatus();
            var kernels = tensorflow.TF_GetRegisteredKernelsForOp("Conv2D", status);
            status.throwExceptionIfNotOK();
            var bytes = new byte[Math.toIntExact(kernels.length())];
            new BytePointer(kernels.data()).get(bytes);
            return KernelList.parseFrom(bytes).getKernelList().stream()
                .anyMatch(kernel -> kernel.getDeviceType().equals("GPU"));
          } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("TensorFlow's list of kernels", e);
          }
        });
  }

  /** How many GPUs it takes: graphs are placed on one after the other until one is refused. */
  public static int gpus() {
    TensorFlowBackend.start(SessionOptions.standard());
    int found = 0;
    while (found < MOST_GPUS && takes(found)) {
      found++;
    }
    return found;
  }

  private static boolean takes(int gpu) {
    var options =
        SessionOptions.standard().toProto().toBuilder().setAllowSoftPlacement(false).build();
    return NativeCalls.call(
        () -> {
          try (var graph = new Graph();
              var session = new Session(graph, options)) {
            var place =
                DeviceSpec.newBuilder()
                    .deviceType(DeviceSpec.DeviceType.GPU)
                    .deviceIndex(gpu)
                    .build();
            var tf = Ops.create(graph).withDevice(place);
            var sum = tf.math.add(tf.constant(1f), tf.constant(1f));
            session.runner().fetch(sum).run().close();
            return true;
          } catch (TensorFlowException | IllegalArgumentException e) {
            return false; // No such device, or it does not work.
          }
        });
  }

  /**
   * How far a convolution of random numbers is from the same in double precision, as a share of
   * what its answers are large: about 1e-7 in float32, 1e-4 to 1e-3 where a GPU multiplies in TF32,
   * 1e-3 to 1e-2 in bfloat16.
   */
  public static double convolutionError(SessionOptions options) {
    TensorFlowBackend.start(options);
    var random = new SplittableRandom(7);
    var image = random(random, SIDE * SIDE * CHANNELS);
    var kernel = random(random, 9 * CHANNELS * CHANNELS);
    float[] answer = NativeCalls.call(() -> convolved(options, image, kernel));
    double error = 0;
    double size = 0;
    for (int y = 1; y < SIDE - 1; y++) {
      for (int x = 1; x < SIDE - 1; x++) {
        for (int out = 0; out < CHANNELS; out++) {
          double right = convolved(image, kernel, y, x, out);
          double difference = answer[(y * SIDE + x) * CHANNELS + out] - right;
          error += difference * difference;
          size += right * right;
        }
      }
    }
    return Math.sqrt(error / size);
  }

  private static float[] convolved(SessionOptions options, float[] image, float[] kernel) {
    try (var graph = new Graph();
        var session = new Session(graph, options.toProto());
        var images = Tensors.of(image, 1, SIDE, SIDE, CHANNELS);
        var kernels = Tensors.of(kernel, 3, 3, CHANNELS, CHANNELS)) {
      var tf = Ops.create(graph);
      var x = tf.placeholder(TFloat32.class, Placeholder.shape(images.shape()));
      var k = tf.placeholder(TFloat32.class, Placeholder.shape(kernels.shape()));
      Operand<TFloat32> y = tf.nn.conv2d(x, k, List.of(1L, 1L, 1L, 1L), "SAME");
      try (var answer = session.runner().feed(x, images).feed(k, kernels).fetch(y).run()) {
        return Tensors.toFloats((TFloat32) answer.get(0));
      }
    }
  }

  private static double convolved(float[] image, float[] kernel, int y, int x, int out) {
    double sum = 0;
    for (int dy = 0; dy < 3; dy++) {
      for (int dx = 0; dx < 3; dx++) {
        int at = ((y + dy - 1) * SIDE + x + dx - 1) * CHANNELS;
        int weight = (dy * 3 + dx) * CHANNELS * CHANNELS + out;
        for (int in = 0; in < CHANNELS; in++) {
          sum += (double) image[at + in] * kernel[weight + in * CHANNELS];
        }
      }
    }
    return sum;
  }

  private static float[] random(SplittableRandom random, int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
