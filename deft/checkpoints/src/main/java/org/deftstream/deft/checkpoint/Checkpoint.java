package org.deftstream.deft.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.SafetensorsFile;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.ForeignFile;

/**
 * An open checkpoint: the dictionaries, lists, texts and numbers that it holds, and tensors that
 * are read when they are wanted. Told by its first bytes: a zip or a legacy file of torch,
 * safetensors, or a plain pickle. Nothing that it holds is run. Not thread-safe. Whoever opened it
 * closes it.
 */
public final class Checkpoint implements AutoCloseable {
  private final Path path;
  private final long size;
  private final Object root;
  private final Deque<Closeable> opened;

  private Checkpoint(Path path, long size, Object root, Deque<Closeable> opened) {
    this.path = path;
    this.size = size;
    this.root = root;
    this.opened = opened;
  }

  /**
   * Opens a checkpoint of one file.
   *
   * @param modules whether plain pickles are read, that hold whole networks as NVlabs' programs
   *     write them; of these too only numbers and names are taken
   * @throws UserError one line that names the file, what was wrong and what would be right
   */
  public static Checkpoint open(Path path, boolean modules) {
    return guarded(
        path,
        opened -> {
          if (Files.isDirectory(path)) {
            throw new UnsoundCheckpointException("it is a directory, not a checkpoint's file");
          }
          var channel = FileChannel.open(path);
          opened.push(channel);
          Object root = root(path, channel, modules, opened);
          return new Checkpoint(path, channel.size(), root, opened);
        });
  }

  /**
   * Opens several files, of safetensors or of torch, as one: the shards of a network.
   *
   * @param folder in which they lie, for messages
   * @throws UserError one line that names the file that is not sound
   */
  public static Checkpoint of(Path folder, List<Path> files) {
    return guarded(
        folder,
        opened -> {
          var tensors = new LinkedHashMap<String, TensorSource>();
          long size = 0;
          for (Path file : files) {
            var shard = open(file, false);
            opened.push(shard::close);
            shard.weights(null).forEach((name, t) -> putOnce(tensors, name, t, file));
            size += shard.size();
          }
          return new Checkpoint(folder, size, tensors, opened);
        });
  }

  private static void putOnce(
      Map<String, TensorSource> tensors, String name, TensorSource tensor, Path file) {
    if (tensors.put(name, tensor) != null) {
      throw new UserError(file + ": " + name + " is in another file as well");
    }
  }

  private interface Opening {
    Checkpoint open(Deque<Closeable> opened) throws IOException;
  }

  private static Checkpoint guarded(Path path, Opening opening) {
    var opened = new ArrayDeque<Closeable>();
    boolean done = false;
    try {
      var checkpoint = opening.open(opened);
      done = true;
      return checkpoint;
    } catch (UnsoundCheckpointException e) {
      throw new UserError(path + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + path + ": " + FileProblem.reason(e), e);
    } catch (UncheckedIOException e) {
      throw new UserError("cannot read " + path + ": " + FileProblem.reason(e.getCause()), e);
    } finally {
      if (!done) {
        closeAll(opened);
      }
    }
  }

  private static Object root(
      Path path, FileChannel channel, boolean modules, Deque<Closeable> opened) throws IOException {
    byte[] first = first(channel);
    var constructors = new Constructors(modules, new PickleBudget());
    if (new String(first, StandardCharsets.ISO_8859_1).startsWith("PK\u0003\u0004")) {
      ZipTorch.checkDirectory(channel);
      var zip = zip(path);
      opened.push(zip);
      return ZipTorch.read(zip, constructors);
    }
    // The length of a header may begin as a pickle does; a pickle never is such a length.
    boolean json = first.length > 8 && first[8] == '{' && channel.size() > 10;
    if (json && headerFits(first, channel.size())) {
      return safetensors(path, opened);
    }
    if (LegacyTorch.begins(first)) {
      return LegacyTorch.read(Bytes.of(channel), constructors);
    }
    if (first.length > 1 && first[0] == (byte) 0x80 && first[1] <= 5) {
      if (!modules) {
        throw new UnsoundCheckpointException(
            "it is a plain pickle, as NVlabs' programs write their networks; only --like edm reads"
                + " such a file");
      }
      return new TensorPickle(constructors, Checkpoint::noStorage)
          .read(new PickleInput(Bytes.of(channel), 0));
    }
    String foreign = ForeignFile.weights(first);
    if (!json || !foreign.isEmpty()) {
      throw new UnsoundCheckpointException(
          channel.size() == 0
              ? "it is empty"
              : foreign.isEmpty()
                  ? "it is no checkpoint that is read: torch files (.pt, .pth, .ckpt, .bin),"
                      + " safetensors and, with --like edm, pickles are"
                  : foreign);
    }
    return safetensors(path, opened);
  }

  private static boolean headerFits(byte[] first, long size) {
    long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length > 0 && length <= size - Long.BYTES;
  }

  private static Object safetensors(Path path, Deque<Closeable> opened) throws IOException {
    var file = SafetensorsFile.open(path);
    opened.push(file::close);
    return file.tensors();
  }

  private static ZipFile zip(Path path) throws IOException {
    try {
      return new ZipFile(path.toFile());
    } catch (java.util.zip.ZipException | IllegalArgumentException e) {
      throw new UnsoundCheckpointException("it is a zip file that is damaged or was cut", e);
    }
  }

  private static Storage noStorage(Object[] id) {
    throw new UnsoundCheckpointException("a plain pickle refers to storages outside of it");
  }

  private static byte[] first(FileChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(64);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // Until it is full or the file ends.
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** The file, or the index of several. */
  public Path path() {
    return path;
  }

  /** Bytes of the file, or of all. */
  public long size() {
    return size;
  }

  /** What it holds: maps, lists, arrays, texts, numbers, {@link TensorSource}s. */
  Object root() {
    return root;
  }

  /**
   * The tensors of one network in it.
   *
   * @param key the entry that holds them, with dots between entries of entries; null for the
   *     running average if there is one, else the weights themselves
   * @throws UserError if there are none; the message names the entries
   */
  public Map<String, TensorSource> weights(String key) {
    return network(key).tensors();
  }

  /** As {@link #weights}, with what else is told of the network where it is an object. */
  public NetworkWeights network(String key) {
    try {
      return new WeightsChoice(root, size).weights(key);
    } catch (UnsoundCheckpointException e) {
      throw new UserError(path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    closeAll(opened);
  }

  private static void closeAll(Deque<Closeable> opened) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (IOException e) {
        // Only read from: nothing is lost.
      }
    }
  }
}
