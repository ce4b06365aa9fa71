package org.deftstream.deft.tensorflow;

import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Operations on complex arrays, for which TensorFlow-Java has no type: built by their names. Values
 * of both sides are float32, complex ones complex64.
 */
final class ComplexOps {
  private final Ops tf;

  ComplexOps(Ops tf) {
    this.tf = tf;
  }

  Output<?> complex(Operand<TFloat32> real, Operand<TFloat32> imaginary) {
    return tf.scope()
        .opBuilder("Complex", "Complex")
        .addInput(real.asOutput())
        .addInput(imaginary.asOutput())
        .setAttr("T", DataType.DT_FLOAT)
        .setAttr("Tout", DataType.DT_COMPLEX64)
        .build()
        .output(0);
  }

  Operand<TFloat32> real(Output<?> value) {
    return part("Real", value);
  }

  Operand<TFloat32> imaginary(Output<?> value) {
    return part("Imag", value);
  }

  private Operand<TFloat32> part(String name, Output<?> value) {
    return tf.scope()
        .opBuilder(name, name)
        .addInput(value)
        .setAttr("T", DataType.DT_COMPLEX64)
        .setAttr("Tout", DataType.DT_FLOAT)
        .build()
        .output(0);
  }

  Output<?> times(Output<?> a, Output<?> b) {
    return tf.scope()
        .opBuilder("Mul", "Mul")
        .addInput(a)
        .addInput(b)
        .setAttr("T", DataType.DT_COMPLEX64)
        .build()
        .output(0);
  }

  Output<?> conjugate(Output<?> value) {
    return unary("Conj", "T", value);
  }

  /** The transform of the last two axes, without a factor. */
  Output<?> fourier(Output<?> value) {
    return unary("FFT2D", "Tcomplex", value);
  }

  /** The inverse of {@link #fourier}, over the number of values. */
  Output<?> inverseFourier(Output<?> value) {
    return unary("IFFT2D", "Tcomplex", value);
  }

  private Output<?> unary(String name, String type, Output<?> value) {
    return tf.scope()
        .opBuilder(name, name)
        .addInput(value)
        .setAttr(type, DataType.DT_COMPLEX64)
        .build()
        .output(0);
  }
}
