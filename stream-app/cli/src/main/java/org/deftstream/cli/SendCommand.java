package org.deftstream.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.EngineKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.schemas.avro.Measurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream send}: files as measurements. Each is checked against its task first. Its id
 * follows from its name and content, and what is in the topic already is not sent again, so a run
 * that was cut is simply repeated.
 */
@Command(
    name = "send",
    description = "Send measured files to the service.",
    footer = {
      "",
      "Example: deftstream send measured/*.npy --task head-ct-64/ct-sparse-20",
      "Exit codes: 0 all are in the topic, 1 one or more are not, 2 wrong usage."
    })
final class SendCommand implements Callable<Integer> {
  private static final int MOST_UNCONFIRMED = 256;
  private static final long LOOK_AGAIN_MILLIS = 1000;
  private static final int MIB = 1 << 20;

  @Mixin private SettingsOptions options;
  @Mixin private FileOptions files;
  @Mixin private Models models;

  @Option(
      names = "--follow",
      paramLabel = "DIR",
      description = "Send what comes into this directory too, until Ctrl-C.")
  private Path follow;

  @Option(
      names = "--again",
      description = "Send what is in the topic already once more; its answer is the same.")
  private boolean again;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final FileReport report = new FileReport("sent");
  private final Set<String> known = new HashSet<>();
  private final ArrayDeque<Unconfirmed> unconfirmed = new ArrayDeque<>();
  private String topic;
  private TaskInput input;
  private KafkaProducer<byte[], byte[]> producer;
  private Serializer<Measurement> serializer;

  /** A record that Kafka has not confirmed yet. */
  private record Unconfirmed(String what, String id, Future<?> sent) {}

  @Override
  public Integer call() throws InterruptedException {
    var settings = options.read();
    var task = models.task();
    if (follow != null && !Files.isDirectory(follow)) {
      throw new UserError("--follow: " + follow + " is no directory");
    }
    input = new TaskInput(task, files.reading(), settings.get(EngineKeys.IMAGE_MAX_PIXELS));
    var named =
        follow == null
            ? files.named("send, or --follow DIR", input.auxiliaryFiles(), report)
            : named(files.paths());
    new TopicAdmin(settings.connection()).verify(settings.topics());
    topic = settings.topics().measurements();
    if (!again) {
      try (var reader = TopicReader.open(settings, topic)) {
        reader.toEnd(
            record ->
                SentRecord.file(record.headers(), task.name())
                    .flatMap(file -> SentRecord.id(record.key()))
                    .ifPresent(known::add));
      }
    }
    try (var closing = new ShutdownOwner()) {
      producer = closing.own("producer", new KafkaProducer<>(config(settings)));
      serializer =
          closing.own("serializer", DlqAccess.serdes(settings).serializer(Measurement.class));
      all(named);
      if (follow != null) {
        follow(closing);
      }
      confirm(0);
    }
    report.finish(json, spec.commandLine().getOut(), spec.commandLine().getErr());
    return 0;
  }

  /** How a producer of measurements is set up. */
  static Map<String, Object> config(ServiceSettings settings) {
    Map<String, Object> config = new HashMap<>(settings.producerConfig());
    int most = settings.get(ServiceKeys.RECORDS_MAX_BYTES) + MIB;
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, most);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Math.max(32L * MIB, 2L * most));
    config.put(
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        settings.get(ConnectionKeys.CONNECT_TIMEOUT).toMillis());
    return config;
  }

  private void all(Map<String, Path> named) throws InterruptedException {
    try (var line = ProgressLine.onStandardError("send")) {
      int number = 0;
      for (var file : named.entrySet()) {
        line.show((double) number++ / named.size(), file.getKey());
        one(file.getKey(), file.getValue());
      }
      confirm(0);
      line.show(1, named.size() + " files");
    }
  }

  private void one(String name, Path file) throws InterruptedException {
    try {
      var content = input.read(file);
      report.note(content.notes());
      String format = ImageFormats.formatName(file);
      int slices = content.samples().size();
      for (int slice = 0; slice < slices; slice++) {
        var sample = input.sample(content, new Source(name, format, slice, slices));
        if (!known.add(sample.id())) {
          report.known();
          continue;
        }
        send(sample);
        confirm(MOST_UNCONFIRMED);
      }
    } catch (UserError e) {
      report.failed(name, e.getMessage());
    }
  }

  private void send(TaskSample sample) {
    String what = sample.source().toString();
    try {
      // What does not fit is told here, not by a dead letter later.
      sample.bind(input.operator(sample));
      byte[] key = sample.id().getBytes(StandardCharsets.UTF_8);
      byte[] value = serializer.serialize(topic, SentRecord.measurement(sample));
      var record = new ProducerRecord<>(topic, key, value);
      SentRecord.mark(record.headers(), sample);
      unconfirmed.add(new Unconfirmed(what, sample.id(), producer.send(record)));
    } catch (IllegalArgumentException | KafkaException e) {
      known.remove(sample.id());
      report.failed(what, e.getMessage());
    }
  }

  /** Waits until no more than so many records are not confirmed. */
  private void confirm(int most) throws InterruptedException {
    while (unconfirmed.size() > most) {
      var next = unconfirmed.remove();
      try {
        next.sent().get();
        report.done();
      } catch (ExecutionException e) {
        known.remove(next.id());
        report.failed(next.what(), String.valueOf(e.getCause().getMessage()));
      }
    }
  }

  /** Looks again and again; a file counts as whole when it did not change between two looks. */
  private void follow(ShutdownOwner closing) throws InterruptedException {
    var seen = new HashMap<Path, String>();
    var done = new HashMap<Path, String>();
    while (!closing.closing()) {
      for (var file : named(List.of(follow)).entrySet()) {
        String now = state(file.getValue());
        if (now.equals(seen.put(file.getValue(), now))
            && !now.equals(done.put(file.getValue(), now))) {
          one(file.getKey(), file.getValue());
        }
      }
      confirm(0);
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  private Map<String, Path> named(List<Path> paths) {
    return InputFiles.named(paths, input.auxiliaryFiles(), report::passedOver);
  }

  private static String state(Path file) {
    try {
      return Files.size(file) + " " + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return "gone";
    }
  }
}
