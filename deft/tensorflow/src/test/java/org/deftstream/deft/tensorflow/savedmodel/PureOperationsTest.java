package org.deftstream.deft.tensorflow.savedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

/** What TensorFlow itself says of the operations that are allowed. */
class PureOperationsTest {
  @Test
  void shouldAllowOnlyOperationsWithoutStateResourcesAndFunctions() {
    TensorFlowBackend.start(SessionOptions.standard());
    var allowed =
        TensorFlow.registeredOpList().getOpList().stream()
            .filter(operation -> PureOperations.ALL.contains(operation.getName()))
            .toList();

    assertThat(allowed.stream().map(OpDef::getName).collect(Collectors.toSet()))
        .isEqualTo(PureOperations.ALL);
    assertThat(allowed)
        .noneMatch(OpDef::getIsStateful)
        .noneMatch(o -> o.getAttrList().stream().anyMatch(a -> a.getType().contains("func")))
        .noneMatch(
            o ->
                o.getInputArgList().stream()
                    .anyMatch(
                        a ->
                            a.getType() == DataType.DT_RESOURCE
                                || a.getType() == DataType.DT_STRING
                                || a.getType() == DataType.DT_VARIANT));
  }
}
