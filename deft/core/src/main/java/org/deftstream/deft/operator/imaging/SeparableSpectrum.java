package org.deftstream.deft.operator.imaging;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.linalg.AxisMatrix;
import org.deftstream.deft.linalg.CosineTransform;
import org.deftstream.deft.linalg.Resampling;
import org.deftstream.deft.operator.ProximalForm;
import org.deftstream.deft.operator.SpectralForm;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The singular value decomposition of an operator {@code Y = D X W^T} that acts along the two axes
 * one after the other: the product of the decompositions of D and W. Immutable and thread-safe.
 */
final class SeparableSpectrum implements SpectralForm {
  /** Singular values below this fraction of the largest are rounding, and count as 0. */
  private static final double RANK_TOLERANCE = 1e-6;

  /**
   * Sides up to here are decomposed numerically, as results on record were. Beyond, that would take
   * seconds and more, and the vectors are known.
   */
  private static final int LARGEST_DECOMPOSED = 128;

  private final UnaryOperator<float[]> toSpectral;
  private final UnaryOperator<float[]> fromSpectral;
  private final UnaryOperator<float[]> measuredToSpectral;
  private final float[] singularValues;
  private final Supplier<ProximalForm> form;

  /** Of averages of blocks, whose proximal points need no coordinates; else null. */
  private final BlockAverages blocks;

  /** The part that is measured, where that is less than all; else null. */
  private final SeparableSpectrum leading;

  /** The decomposition of any two matrices, found numerically. */
  SeparableSpectrum(RealMatrix down, RealMatrix across, int channels) {
    this(Axis.decomposed(down), Axis.decomposed(across), channels);
  }

  private SeparableSpectrum(Axis down, Axis across, int channels) {
    this(
        down,
        across,
        channels,
        down.ofFullRank() && across.ofFullRank()
            ? null
            : new SeparableSpectrum(down.leading(), across.leading(), channels));
  }

  private SeparableSpectrum(Axis down, Axis across, int channels, SeparableSpectrum leading) {
    this(
        image -> AxisMatrix.apply(down.toSpectral, across.toSpectral, image, channels),
        values -> AxisMatrix.apply(down.fromSpectral, across.fromSpectral, values, channels),
        y -> AxisMatrix.apply(down.measuredToSpectral, across.measuredToSpectral, y, channels),
        products(down.values, across.values, channels),
        () -> separable(down, across, channels),
        null,
        leading);
  }

  private static ProximalForm separable(Axis down, Axis across, int channels) {
    return new ProximalForm.Separable(
        down.fromSpectral.values(),
        across.fromSpectral.values(),
        down.measuredToSpectral.values(),
        across.measuredToSpectral.values(),
        products(down.values, across.values, channels));
  }

  private SeparableSpectrum(
      UnaryOperator<float[]> toSpectral,
      UnaryOperator<float[]> fromSpectral,
      UnaryOperator<float[]> measuredToSpectral,
      float[] singularValues,
      Supplier<ProximalForm> form,
      BlockAverages blocks,
      SeparableSpectrum leading) {
    this.toSpectral = toSpectral;
    this.fromSpectral = fromSpectral;
    this.measuredToSpectral = measuredToSpectral;
    this.singularValues = singularValues;
    this.form = form;
    this.blocks = blocks;
    this.leading = leading;
  }

  /** Whether the vectors of blurs and averages are taken as known, not found numerically. */
  static boolean known(ImageShape shape) {
    return Math.max(shape.height(), shape.width()) > LARGEST_DECOMPOSED;
  }

  /** Of averages of blocks of so many pixels a side: cosines within each block. */
  static SeparableSpectrum averages(ImageShape shape, int factor) {
    var spectrum =
        known(shape)
            ? new SeparableSpectrum(
                Axis.averages(shape.height(), factor),
                Axis.averages(shape.width(), factor),
                shape.channels(),
                null)
            : new SeparableSpectrum(
                Resampling.average(shape.height(), factor),
                Resampling.average(shape.width(), factor),
                shape.channels());
    return new SeparableSpectrum(
        spectrum.toSpectral,
        spectrum.fromSpectral,
        spectrum.measuredToSpectral,
        spectrum.singularValues,
        () -> new ProximalForm.Averages(factor),
        new BlockAverages(shape, factor),
        null);
  }

  /** Of a Gaussian blur of images that are mirrored at their border: cosines. */
  static SeparableSpectrum gaussian(ImageShape shape, double deviation) {
    if (!known(shape)) {
      return new SeparableSpectrum(
          Resampling.gaussian(shape.height(), deviation),
          Resampling.gaussian(shape.width(), deviation),
          shape.channels());
    }
    var cosines = new CosineTransform(shape);
    var values =
        products(
            Resampling.gaussianValues(shape.height(), deviation),
            Resampling.gaussianValues(shape.width(), deviation),
            shape.channels());
    return new SeparableSpectrum(
        cosines::forward,
        cosines::backward,
        cosines::forward,
        values,
        () -> cosines(shape, values),
        null,
        null);
  }

  private static ProximalForm cosines(ImageShape shape, float[] singularValues) {
    return new ProximalForm.Separable(
        CosineTransform.vectors(shape.height(), false),
        CosineTransform.vectors(shape.width(), false),
        CosineTransform.vectors(shape.height(), true),
        CosineTransform.vectors(shape.width(), true),
        singularValues);
  }

  /** The products of both axes' singular values for each value of an image. */
  private static float[] products(double[] down, double[] across, int channels) {
    double least = RANK_TOLERANCE * Arrays.stream(down).max().orElse(0);
    least *= Arrays.stream(across).max().orElse(0);
    var products = new float[down.length * across.length * channels];
    for (int i = 0; i < products.length; i++) {
      int pixel = i / channels;
      double value = down[pixel / across.length] * across[pixel % across.length];
      products[i] = value < least ? 0 : (float) value;
    }
    return products;
  }

  /** How engines of array operations find {@link #proximal}. */
  ProximalForm proximalForm() {
    return form.get();
  }

  @Override
  public float[] singularValues() {
    return singularValues.clone();
  }

  @Override
  public float[] imageToSpectral(float[] image) {
    return toSpectral.apply(image);
  }

  @Override
  public float[] spectralToImage(float[] coordinates) {
    return fromSpectral.apply(coordinates);
  }

  @Override
  public float[] measurementToSpectral(float[] measurement) {
    var spectral = measuredToSpectral.apply(measurement);
    for (int i = 0; i < spectral.length; i++) {
      if (singularValues[i] == 0) {
        spectral[i] = 0;
      }
    }
    return spectral;
  }

  /**
   * {@code argmin_x |y - A x|^2 + rho |x - x0|^2}, exactly; for rho = 0 of least distance to x0.
   */
  float[] proximal(float[] x0, float[] measurement, double rho) {
    if (blocks != null) {
      return blocks.proximal(x0, measurement, rho);
    }
    if (leading != null) {
      return leading.moved(x0, measurement, rho);
    }
    var coordinates = imageToSpectral(x0);
    var measured = measurementToSpectral(measurement);
    for (int i = 0; i < coordinates.length; i++) {
      double value = singularValues[i];
      if (value > 0) {
        coordinates[i] =
            (float) ((value * measured[i] + rho * coordinates[i]) / (value * value + rho));
      }
    }
    return spectralToImage(coordinates);
  }

  /** As {@link #proximal}, by what it moves x0: nothing outside of these coordinates. */
  private float[] moved(float[] x0, float[] measurement, double rho) {
    var coordinates = imageToSpectral(x0);
    var measured = measurementToSpectral(measurement);
    for (int i = 0; i < coordinates.length; i++) {
      double value = singularValues[i];
      coordinates[i] =
          value > 0
              ? (float) (value * (measured[i] - value * coordinates[i]) / (value * value + rho))
              : 0;
    }
    var point = spectralToImage(coordinates);
    for (int i = 0; i < point.length; i++) {
      point[i] += x0[i];
    }
    return point;
  }

  /** {@code (A^T A + rho I)^-1} of an image. */
  float[] precondition(float[] image, double rho) {
    var coordinates = imageToSpectral(image);
    for (int i = 0; i < coordinates.length; i++) {
      coordinates[i] /= (float) ((double) singularValues[i] * singularValues[i] + rho);
    }
    return spectralToImage(coordinates);
  }

  /** The decomposition of the matrix of one axis. */
  private record Axis(
      double[] values,
      AxisMatrix toSpectral,
      AxisMatrix fromSpectral,
      AxisMatrix measuredToSpectral) {
    static Axis decomposed(RealMatrix matrix) {
      int side = matrix.getColumnDimension();
      // Rows of zeros make it square, so that V spans the null space as well.
      var square = MatrixUtils.createRealMatrix(side, side);
      square.setSubMatrix(matrix.getData(), 0, 0);
      var decomposition = new SingularValueDecomposition(square);
      return new Axis(
          decomposition.getSingularValues(),
          new AxisMatrix(decomposition.getVT()),
          new AxisMatrix(decomposition.getV()),
          new AxisMatrix(
              decomposition.getUT().getSubMatrix(0, side - 1, 0, matrix.getRowDimension() - 1)));
    }

    boolean ofFullRank() {
      return rank() == values.length;
    }

    /** Without the vectors of what is not measured; singular values fall. */
    Axis leading() {
      int rank = rank();
      int side = fromSpectral.rows();
      return new Axis(
          Arrays.copyOf(values, rank),
          new AxisMatrix(toSpectral.matrix().getSubMatrix(0, rank - 1, 0, side - 1)),
          new AxisMatrix(fromSpectral.matrix().getSubMatrix(0, side - 1, 0, rank - 1)),
          measured(rank));
    }

    private AxisMatrix measured(int rank) {
      var all = measuredToSpectral.matrix();
      return new AxisMatrix(all.getSubMatrix(0, rank - 1, 0, all.getColumnDimension() - 1));
    }

    private int rank() {
      double least = RANK_TOLERANCE * Arrays.stream(values).max().orElse(0);
      return (int) Arrays.stream(values).filter(value -> value >= least).count();
    }

    static Axis averages(int side, int factor) {
      var vectors = MatrixUtils.createRealMatrix(side, side);
      var measured = MatrixUtils.createRealMatrix(side, side / factor);
      var values = new double[side];
      for (int i = 0; i < side; i++) {
        int block = i / factor;
        int k = i % factor;
        for (int j = 0; j < factor; j++) {
          double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / factor);
          double cosine = Math.cos(Math.PI * k * (2 * j + 1) / (2.0 * factor));
          vectors.setEntry(i, block * factor + j, scale * cosine);
        }
        if (k == 0) {
          values[i] = 1 / Math.sqrt(factor);
          measured.setEntry(i, block, 1);
        }
      }
      return new Axis(
          values,
          new AxisMatrix(vectors),
          new AxisMatrix(vectors.transpose()),
          new AxisMatrix(measured));
    }
  }
}
