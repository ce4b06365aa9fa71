package org.deftstream.cli;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.deftstream.deft.tensorflow.CudaLibraries;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * What an instance of the service does at its start and with its first records, as far as that goes
 * without a broker: reconstructs a picture with the priors that ship, begins streams that reach
 * nobody, keeps a state, packs and unpacks with every codec.
 */
final class WarmServe {
  private static final String TASK = "fashion-32/inpaint";

  /** Version of Kafka's batches of records. */
  private static final byte MAGIC = 2;

  private static final Duration STREAMS = Duration.ofMillis(1500);

  private WarmServe() {}

  /** Does all of it, in a directory of its own that is gone afterwards. */
  static void run(WarmStart.Commands commands) throws IOException, RocksDBException {
    var directory = Files.createTempDirectory("deftstream-warm");
    try {
      reconstruct(commands, directory);
      codecs();
      state(directory.resolve("state"));
      pages();
      streams(directory.resolve("streams"));
    } finally {
      delete(directory);
    }
  }

  private static void reconstruct(WarmStart.Commands commands, Path directory) {
    String pictures = directory.resolve("pictures").toString();
    String measured = directory.resolve("measured").toString();
    commands.run("phantoms", "discs", "--count=2", "--size=32", "--out=" + pictures);
    commands.run("simulate", pictures, "--task=" + TASK, "--out=" + measured);
    commands.run("reconstruct", measured, "--task=" + TASK, "--out=" + directory.resolve("images"));
  }

  /** Kafka packs records with any of them, as their producers please. */
  private static void codecs() throws IOException {
    byte[] text = "twice is enough, twice is enough".getBytes(StandardCharsets.UTF_8);
    for (Compression codec :
        List.of(
            Compression.gzip().build(),
            Compression.snappy().build(),
            Compression.lz4().build(),
            Compression.zstd().build())) {
      var packed = new ByteBufferOutputStream(1024);
      try (var out = codec.wrapForOutput(packed, MAGIC)) {
        out.write(text);
      }
      ByteBuffer bytes = packed.buffer();
      bytes.flip();
      try (var in = codec.wrapForInput(bytes, MAGIC, BufferSupplier.NO_CACHING)) {
        in.readAllBytes();
      }
    }
    CudaLibraries.driver();
  }

  private static void state(Path directory) throws RocksDBException {
    RocksDB.loadLibrary();
    try (var options = new Options().setCreateIfMissing(true);
        var store = RocksDB.open(options, directory.toString())) {
      store.put(new byte[] {1}, new byte[] {2});
      store.get(new byte[] {1});
    }
  }

  private static void pages() throws IOException {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("warm").increment();
    registry.scrape();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    server.stop(0);
  }

  private static void streams(Path directory) {
    var settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "warm");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    var builder = new StreamsBuilder();
    builder.stream("nothing").to("nowhere");
    try (var streams = new KafkaStreams(builder.build(), settings)) {
      streams.start();
      Thread.sleep(STREAMS.toMillis());
      streams.close(STREAMS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
