package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.formats.ReadOptions;
import org.deftstream.deft.formats.areadetector.Ad00Messages;
import org.deftstream.deft.formats.numpy.NpzFormat;
import org.deftstream.tests.platform.Answers;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The everyday job with three commands and no code: files in, {@code kill -9} of the service in the
 * middle, files out, each once and under its name. {@code -Ddeftstream.files=1000} for many.
 */
class FilesThroughKafkaIT {
  private static final int FILES = Integer.getInteger("deftstream.files", 60);
  private static final int PARTITIONS = 2;
  private static final int SIDE = 32;
  private static final String TASK = "fashion-32/inpaint";
  private static final String CAMERA = "camera";

  @TempDir private Path directory;

  @Test
  void shouldBringBackEveryFileOnceUnderItsName() throws IOException {
    var names = write(directory.resolve("in"));
    Files.writeString(directory.resolve("in/broken.npz"), "PK no zip file");
    try (var platform = EmbeddedPlatform.start(directory.resolve("platform"));
        var installation = new Installation(platform, "files", PARTITIONS);
        var answers = installation.answers();
        var service = installation.serve("files-1")) {
      var settings = new TreeMap<>(installation.settings());
      settings.put("bootstrap.servers", platform.bootstrapServers());
      settings.put("schema.registry.url", platform.registryUrl());
      var log = directory.resolve("send.log");
      try (var sending = CliProcess.start(log, settings, send())) {
        awaitSome(answers, sending);
        service.kill();
        assertThat(sending.awaitExit()).isEqualTo(1);
        assertThat(sending.output())
            .contains("failed: broken.npz: ")
            .contains(grouped() + " sent; 1 failed, 0 missing: broken.npz");
      }
      service.restart();

      Files.delete(directory.resolve("in/broken.npz"));
      var again = CliProcess.run(directory.resolve("again.log"), settings, send());
      assertThat(again).contains("0 sent, " + grouped() + " before");

      try (var receiving =
          CliProcess.start(directory.resolve("receive.log"), settings, receive())) {
        answers.await(FILES);
        assertThat(receiving.awaitExit()).as(receiving.output()).isZero();
        assertThat(receiving.output()).contains(grouped() + " received");
      }
      assertThat(files(directory.resolve("out"))).isEqualTo(names);
      var once = CliProcess.run(directory.resolve("once.log"), settings, receive());
      assertThat(once).contains("0 received, " + grouped() + " before");

      answers.readToEnd();
      assertThat(answers.reconstructions()).hasSize(FILES);
      assertThat(answers.reasons()).isEmpty();
      shouldBeTheImageOf("deep/er/scan-0004", directory.resolve("out/deep/er/scan-0004.npy"));
      assertBridged(platform, settings, answers);
    }
  }

  /** A facility's topic: each message once, whatever is among them, and again after an end. */
  private void assertBridged(
      EmbeddedPlatform platform, Map<String, String> settings, Answers answers) throws IOException {
    var mask = directory.resolve("mask.npz");
    var ones = new float[SIDE * SIDE];
    Arrays.fill(ones, 1);
    NpzFormat.write(mask, Map.of("mask", NumericArray.of(ones, SIDE, SIDE)));
    var models = Path.of("..", "..", "deft", "models").toString();
    String[] bridge = {
      "bridge",
      CAMERA,
      "--task",
      TASK,
      "--models",
      models,
      "--auxiliary",
      "mask=" + mask,
      "--window",
      "0:65535",
      "--to-end",
      "--json"
    };
    try (var admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic(CAMERA, Optional.of(1), Optional.empty())))
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
    message(platform, frame(1));
    message(platform, "no message of ad00".getBytes(StandardCharsets.UTF_8));
    message(platform, Ad00Messages.counts("HAMA:CAM1", 3, new int[6], 2, 3));
    message(platform, frame(4));

    try (var first = CliProcess.start(directory.resolve("bridge.log"), settings, bridge)) {
      assertThat(first.awaitExit()).as(first.output()).isEqualTo(1);
      assertThat(first.output())
          .contains("rejected: camera-0@1: is no message ad00")
          .contains("{\"sent\":2,\"rejected\":2}");
    }
    message(platform, frame(5));
    var second = CliProcess.run(directory.resolve("bridge-again.log"), settings, bridge);
    assertThat(second).contains("{\"sent\":1,\"rejected\":0}");

    answers.await(FILES + 3);
    var received = directory.resolve("out/HAMA-CAM1");
    CliProcess.run(directory.resolve("receive-frames.log"), settings, receive());
    assertThat(files(received)).containsExactlyInAnyOrder("1@0-0.npy", "4@0-3.npy", "5@0-4.npy");
    var image = ImageFormats.read(received.resolve("4@0-3.npy"), ReadOptions.STANDARD);
    double sum = 0;
    for (float value : image.samples().get(0).values().values()) {
      sum += value;
    }
    // In the counts of the detector.
    assertThat(sum / (SIDE * SIDE)).isBetween(25_000.0, 35_000.0);
  }

  private static byte[] frame(int id) {
    var counts = new int[SIDE * SIDE];
    Arrays.fill(counts, 30_000);
    return Ad00Messages.counts("HAMA:CAM1", id, counts, SIDE, SIDE);
  }

  private static void message(EmbeddedPlatform platform, byte[] value) {
    Map<String, Object> config = Map.of("bootstrap.servers", platform.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(CAMERA, 0, null, value));
    }
  }

  /** Until the service is in the middle of it. */
  private static void awaitSome(Answers answers, CliProcess sending) {
    try {
      answers.await(FILES / 5);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; send said:\n" + sending.output(), e);
    }
  }

  private String[] send() {
    String models = Path.of("..", "..", "deft", "models").toString();
    return new String[] {
      "send", directory.resolve("in").toString(), "--task", TASK, "--models", models
    };
  }

  private String[] receive() {
    return new String[] {"receive", "--out", directory.resolve("out").toString(), "--task", TASK};
  }

  private static String grouped() {
    return "%,d".formatted(FILES);
  }

  /** Files of which each shows a grey of its own; two have the same content, names tell them. */
  private static Set<String> write(Path directory) throws IOException {
    var names = new TreeSet<String>();
    for (int i = 0; i < FILES; i++) {
      String name = (i % 4 == 0 ? "deep/er/" : "") + "scan-%04d".formatted(i);
      int content = i == 1 ? 2 : i;
      var random = new Random(content);
      var mask = new float[SIDE * SIDE];
      var values = new float[SIDE * SIDE];
      for (int k = 0; k < values.length; k++) {
        mask[k] = random.nextInt(4) == 0 ? 0 : 1;
        values[k] = mask[k] * 1000 * grey(content);
      }
      Files.createDirectories(directory.resolve(name).getParent());
      NpzFormat.write(
          directory.resolve(name + ".npz"),
          Map.of(
              "values", NumericArray.of(values, SIDE, SIDE),
              "mask", NumericArray.of(mask, SIDE, SIDE),
              "scale", NumericArray.of(new float[] {1000, 0}, 2)));
      names.add(name + ".npy");
    }
    return names;
  }

  private static float grey(int content) {
    return content % 7 / 7f - 0.5f;
  }

  /** Almost all of it was measured, in thousands: so the answer is nearly that, in thousands. */
  private static void shouldBeTheImageOf(String name, Path answer) {
    int content = Integer.parseInt(name.substring(name.length() - 4));
    var image = ImageFormats.read(answer, ReadOptions.STANDARD).samples().get(0).values();
    assertThat(image.shape()).containsExactly(SIDE, SIDE);
    double sum = 0;
    for (float value : image.values()) {
      sum += value;
    }
    assertThat(sum / image.size())
        .isBetween(1000.0 * grey(content) - 150, 1000.0 * grey(content) + 150);
  }

  private static Set<String> files(Path out) throws IOException {
    try (var all = Files.walk(out)) {
      var found = new TreeSet<String>();
      all.filter(Files::isRegularFile)
          .map(file -> out.relativize(file).toString())
          .filter(name -> !name.startsWith(".") && !name.contains("-deviation"))
          .forEach(found::add);
      return found;
    }
  }
}
