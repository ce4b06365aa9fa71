package org.deftstream.deft.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/**
 * A safetensors file whose tensors are read one by one, when they are wanted. Thread-safe. Whoever
 * opened it closes it; its tensors can be read until then.
 */
public final class SafetensorsFile implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final Map<String, TensorSource> tensors = new LinkedHashMap<>();

  private SafetensorsFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    var header = Safetensors.readHeader(channel.size(), false, Safetensors.source(channel));
    for (var entry : header.entries()) {
      tensors.put(entry.name(), new Stored(entry, header.start()));
    }
  }

  /**
   * Opens a file of weights and checks everything that its header claims.
   *
   * @throws IllegalArgumentException if it is not a sound safetensors file; the message names it
   * @throws IOException if it cannot be read
   */
  public static SafetensorsFile open(Path file) throws IOException {
    var channel = FileChannel.open(file);
    try {
      return new SafetensorsFile(file, channel);
    } catch (IllegalArgumentException e) {
      channel.close();
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** By name, in the order of the header. */
  public Map<String, TensorSource> tensors() {
    return tensors;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private final class Stored implements TensorSource {
    private final SafetensorsHeader.Entry entry;
    private final long start;

    Stored(SafetensorsHeader.Entry entry, long start) {
      this.entry = entry;
      this.start = start;
    }

    @Override
    public int[] shape() {
      return entry.shape();
    }

    @Override
    public FloatTensor read() {
      try {
        return Safetensors.readTensor(entry, start, Safetensors.source(channel));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file + ": " + FileProblem.reason(e), e);
      }
    }
  }
}
