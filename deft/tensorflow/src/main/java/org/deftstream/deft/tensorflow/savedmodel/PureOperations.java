package org.deftstream.deft.tensorflow.savedmodel;

import java.util.Set;

/**
 * Operations that a foreign graph may have: arithmetic on tensors of numbers. None of them reads or
 * writes anything but its operands, keeps a state, draws random numbers, loops, calls or runs code
 * of others. What is not here is refused, whatever it does.
 */
final class PureOperations {
  /** By TensorFlow's names. */
  static final Set<String> ALL =
      Set.of(
          ("Abs Add AddN AddV2 All Any ArgMax ArgMin Asinh Atan Atan2 AvgPool BatchMatMul"
                  + " BatchMatMulV2 BatchMatMulV3 BatchToSpaceND BiasAdd BroadcastArgs BroadcastTo"
                  + " Cast Ceil ClipByValue Concat ConcatV2 Const Conv2D Conv2DBackpropInput Cos"
                  + " Cosh Cumsum DepthToSpace DepthwiseConv2dNative Div DivNoNan Einsum Elu Equal"
                  + " Erf Erfc Exp ExpandDims Expm1 Fill Floor FloorDiv FloorMod FusedBatchNorm"
                  + " FusedBatchNormV2 FusedBatchNormV3 Gather GatherNd GatherV2 Greater"
                  + " GreaterEqual Identity InvertPermutation IsFinite IsInf IsNan LRN LeakyRelu"
                  + " Less LessEqual LinSpace Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr"
                  + " MatMul MatrixBandPart Max MaxPool Maximum Mean Min Minimum MirrorPad Mul"
                  + " MulNoNan Neg NotEqual OneHot OnesLike Pack Pad PadV2 Placeholder Pow Prod"
                  + " Range Rank RealDiv Reciprocal Relu Relu6 Reshape ResizeBicubic ResizeBilinear"
                  + " ResizeNearestNeighbor ReverseV2 Roll Round Rsqrt Select SelectV2 Selu Shape"
                  + " Sigmoid Sign Sin Sinh Size Slice Snapshot Softmax Softplus Softsign"
                  + " SpaceToBatchND SpaceToDepth Split SplitV Sqrt Square SquaredDifference"
                  + " Squeeze StopGradient StridedSlice Sub Sum Tan Tanh Tile TopKV2 Transpose"
                  + " TruncateDiv Unpack Xdivy Xlogy ZerosLike")
              .split(" "));

  private PureOperations() {}
}
