package org.deftstream.trainer.pairs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** Pairs of one task by slot in a file of float32 values. Thread-safe for different slots. */
final class PairFile implements AutoCloseable {
  private final Path path;
  private final PairLayout layout;
  private final String task;
  private final FileChannel channel;

  private PairFile(Path path, PairLayout layout, String task, Set<OpenOption> options) {
    this.path = path;
    this.layout = layout;
    this.task = task;
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      this.channel = FileChannel.open(path, options);
    } catch (IOException e) {
      throw failed("open", e);
    }
  }

  /** A new, empty file in the place of any other. */
  static PairFile create(Path path, PairLayout layout, String task) {
    return new PairFile(
        path,
        layout,
        task,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** A file that is there, to be read. */
  static PairFile open(Path path, PairLayout layout, String task) {
    return new PairFile(path, layout, task, Set.of(StandardOpenOption.READ));
  }

  void write(int slot, Pair pair) {
    var bytes = buffer();
    layout.write(pair, bytes.asFloatBuffer());
    long at = (long) slot * layout.bytes();
    try {
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  Pair read(PairEntry entry) {
    var bytes = buffer();
    long at = (long) entry.slot() * layout.bytes();
    try {
      while (bytes.hasRemaining()) {
        int count = channel.read(bytes, at + bytes.position());
        if (count < 0) {
          throw new UserError(path + " ends before pair " + entry.id() + "; it is damaged");
        }
      }
    } catch (IOException e) {
      throw failed("read", e);
    }
    return layout.read(entry, task, bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
  }

  void force() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  private ByteBuffer buffer() {
    return ByteBuffer.allocate(layout.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private UserError failed(String what, IOException e) {
    return new UserError("cannot " + what + " pairs in " + path + ": " + FileProblem.reason(e), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed("close", e);
    }
  }
}
