package org.deftstream.deft.tensorflow;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.engine.EngineBrokenException;
import org.deftstream.deft.engine.OutOfDeviceMemoryException;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * One SavedModel loaded by DJL. Owns the model, the predictor and every native array of a call, and
 * frees them here and nowhere else. Thread-safe: calls run one after the other (the device is one),
 * and closing waits for the call in flight, because DJL frees native handles without looking.
 */
final class DjlNetwork implements AutoCloseable {
  private final String name;
  private final ZooModel<NDList, NDList> model;
  private final Predictor<NDList, NDList> predictor;
  private final NDManager host;
  private boolean closed;

  DjlNetwork(String name, Path savedModel, SessionOptions options) {
    this.name = name;
    var criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optEngine("TensorFlow")
            .optModelPath(savedModel)
            .optOption("Tags", "serve")
            .optOption("SignatureDefKey", Signatures.KEY)
            .optOption("ConfigProto", options.toBase64())
            .optTranslator(new NoopTranslator())
            .build();
    try {
      model = criteria.loadModel();
    } catch (IOException
        | ModelNotFoundException
        | MalformedModelException
        | TensorFlowException
        | AssertionError e) {
      // DJL answers a directory that it may not list with an AssertionError.
      throw new UserError(
          "TensorFlow cannot load the network of "
              + name
              + " from "
              + savedModel
              + " ("
              + e.getMessage()
              + "); remove that directory, it is built anew",
          e);
    }
    predictor = model.newPredictor();
    // Inputs start on the host: DJL copies a device array back to the host before the call.
    host = NDManager.newBaseManager(Device.cpu(), "TensorFlow");
  }

  /** The device that TensorFlow places the network on, as far as it can be told from here. */
  static String device() {
    return onGpu() ? "TensorFlow gpu" : "TensorFlow cpu";
  }

  /** Whether that device is a GPU. */
  static boolean onGpu() {
    return Engine.getEngine("TensorFlow").getGpuCount() > 0;
  }

  /** One input of a call. */
  record Input(String name, DataType type, long[] shape, Object values) {
    static Input floats(String name, float[] values, long... shape) {
      return new Input(name, DataType.FLOAT32, shape, values);
    }

    static Input integers(String name, int[] values) {
      return integers(name, values, values.length);
    }

    static Input integers(String name, int[] values, long... shape) {
      return new Input(name, DataType.INT32, shape, values);
    }

    static Input longs(String name, int[] values, long... shape) {
      return new Input(name, DataType.INT64, shape, values);
    }

    private ByteBuffer bytes() {
      int length = values instanceof float[] floats ? floats.length : ((int[]) values).length;
      var buffer =
          ByteBuffer.allocateDirect(type.getNumOfBytes() * length).order(ByteOrder.nativeOrder());
      switch (type) {
        case FLOAT32 -> buffer.asFloatBuffer().put((float[]) values);
        case INT32 -> buffer.asIntBuffer().put((int[]) values);
        default -> {
          var longs = buffer.asLongBuffer();
          for (int value : (int[]) values) {
            longs.put(value);
          }
        }
      }
      return buffer;
    }
  }

  /** Evaluates the network; the answer has {@code size} values. */
  float[] predict(int size, Input... inputs) {
    return NativeCalls.call(() -> call(size, inputs));
  }

  private synchronized float[] call(int size, Input... inputs) {
    if (closed) {
      throw new IllegalStateException("the network of " + name + " is closed");
    }
    try (var manager = host.newSubManager()) {
      var list = new NDList();
      for (var input : inputs) {
        list.add(array(manager, input));
      }
      var answer = predictor.predict(list);
      try {
        var made = answer.head().toByteBuffer().asFloatBuffer();
        if (made.remaining() != size) {
          throw new EngineBrokenException(
              "the network of "
                  + name
                  + " answers with "
                  + made.remaining()
                  + " values instead of "
                  + size);
        }
        var values = new float[size];
        made.get(values);
        return values;
      } finally {
        answer.close();
      }
    } catch (TranslateException | EngineException e) {
      throw translate(e);
    }
  }

  private static NDArray array(NDManager manager, Input input) {
    var array = manager.create(input.bytes(), new Shape(input.shape()), input.type());
    array.setName(input.name());
    return array;
  }

  private RuntimeException translate(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("OOM when allocating") || message.contains("RESOURCE_EXHAUSTED")) {
        return new OutOfDeviceMemoryException(name + ": no memory for this batch", e);
      }
    }
    return new EngineBrokenException("TensorFlow failed in the network of " + name, e);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      predictor.close();
      model.close();
      host.close();
    }
  }
}
