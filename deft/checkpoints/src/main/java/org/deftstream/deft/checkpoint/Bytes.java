package org.deftstream.deft.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Bytes that lie in an open file and are read when they are wanted. */
interface Bytes {
  long size();

  /** Reads from a place on. What it returns is closed by the caller. */
  InputStream from(long offset) throws IOException;

  /** A part of these. */
  default Bytes part(long start, long size) {
    var whole = this;
    return new Bytes() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public InputStream from(long offset) throws IOException {
        return new BoundedStream(whole.from(start + offset), size - offset);
      }
    };
  }

  /** A whole file. */
  static Bytes of(FileChannel channel) throws IOException {
    long size = channel.size();
    return new Bytes() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public InputStream from(long offset) {
        return new ChannelStream(channel, offset);
      }
    };
  }

  /** An entry of a zip file that is stored as it is. */
  static Bytes of(ZipFile zip, ZipEntry entry) {
    return new Bytes() {
      @Override
      public long size() {
        return entry.getSize();
      }

      @Override
      public InputStream from(long offset) throws IOException {
        var in = zip.getInputStream(entry);
        in.skipNBytes(offset);
        return in;
      }
    };
  }

  /** Reads at its own position, so that several may read one channel. */
  final class ChannelStream extends InputStream {
    private final FileChannel channel;
    private long position;

    ChannelStream(FileChannel channel, long position) {
      this.channel = channel;
      this.position = position;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      int read = channel.read(ByteBuffer.wrap(into, from, count), position);
      position += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = Math.max(0, Math.min(count, channel.size() - position));
      position += skipped;
      return skipped;
    }
  }

  /** Ends where the part ends. */
  final class BoundedStream extends InputStream {
    private final InputStream in;
    private long left;

    BoundedStream(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      if (left <= 0) {
        return -1;
      }
      left--;
      return in.read();
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int read = in.read(into, from, (int) Math.min(count, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(Math.min(count, Math.max(0, left)));
      left -= skipped;
      return skipped;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
