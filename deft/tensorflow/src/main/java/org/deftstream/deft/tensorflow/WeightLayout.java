package org.deftstream.deft.tensorflow;

import org.deftstream.deft.tensor.FloatTensor;

/** How a weight of diffusers' (PyTorch's) layout lies in TensorFlow's. */
enum WeightLayout {
  /** A vector, or a table whose rows are looked up: the same in both. */
  PLAIN,
  /** A matrix: [out, in] there, [in, out] here. */
  LINEAR,
  /** A 2D convolution: [out, in, height, width] there, [height, width, in, out] here. */
  CONV,
  /**
   * A transposed 2x2 convolution of stride 2: [in, out, 2, 2] there; here one of a single pixel,
   * [1, 1, in, 4 out], whose four parts become the four pixels.
   */
  CONV_UP;

  int[] toTensorFlow(int[] s) {
    return switch (this) {
      case PLAIN -> s;
      case LINEAR -> new int[] {s[1], s[0]};
      case CONV -> new int[] {s[2], s[3], s[1], s[0]};
      case CONV_UP -> new int[] {1, 1, s[0], 4 * s[1]};
    };
  }

  FloatTensor toTensorFlow(FloatTensor tensor) {
    int[] s = tensor.shape();
    return switch (this) {
      case PLAIN -> tensor;
      case LINEAR -> new FloatTensor(toTensorFlow(s), transpose(tensor.data(), s[0], s[1]));
      case CONV ->
          new FloatTensor(
              toTensorFlow(s),
              transpose(tensor.data(), s[0], s[1] * s[2] * s[3], s[1], s[2] * s[3]));
      case CONV_UP -> new FloatTensor(toTensorFlow(s), transposeEach(tensor.data(), s[0], s[1], 4));
    };
  }

  FloatTensor toDiffusers(FloatTensor tensor, int[] shape) {
    float[] d = tensor.data();
    return switch (this) {
      case PLAIN -> tensor;
      case LINEAR -> new FloatTensor(shape, transpose(d, shape[1], shape[0]));
      case CONV -> {
        int out = shape[0];
        int in = shape[1];
        int area = shape[2] * shape[3];
        var result = new float[d.length];
        for (int a = 0; a < area; a++) {
          for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
              result[(o * in + i) * area + a] = d[(a * in + i) * out + o];
            }
          }
        }
        yield new FloatTensor(shape, result);
      }
      case CONV_UP -> new FloatTensor(shape, transposeEach(d, shape[0], 4, shape[1]));
    };
  }

  /** Transposes each of several matrices. */
  private static float[] transposeEach(float[] d, int matrices, int rows, int columns) {
    var result = new float[d.length];
    int size = rows * columns;
    for (int m = 0; m < matrices; m++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          result[m * size + c * rows + r] = d[m * size + r * columns + c];
        }
      }
    }
    return result;
  }

  private static float[] transpose(float[] d, int rows, int columns) {
    var result = new float[d.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = d[r * columns + c];
      }
    }
    return result;
  }

  private static float[] transpose(float[] d, int out, int columns, int in, int area) {
    var result = new float[d.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        for (int a = 0; a < area; a++) {
          result[(a * in + i) * out + o] = d[o * columns + i * area + a];
        }
      }
    }
    return result;
  }
}
