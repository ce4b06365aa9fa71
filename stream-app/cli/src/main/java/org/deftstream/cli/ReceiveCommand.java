package org.deftstream.cli;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.messaging.deadletter.ReceivedDeadLetter;
import org.deftstream.schemas.avro.Reconstruction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream receive}: answers as files, under the names of those that were sent. It knows
 * from the topic of measurements what was sent, waits for it, and says what came back, what did not
 * and why. Reads all topics from their beginning, so a run that was cut is simply repeated.
 */
@Command(
    name = "receive",
    description = "Write the service's answers into files.",
    footer = {
      "",
      "Example: deftstream receive --out images",
      "Exit codes: 0 all written, 1 one or more were not, 2 wrong usage."
    })
final class ReceiveCommand implements Callable<Integer> {
  @Mixin private SettingsOptions options;
  @Mixin private AnswerOptions answers;

  @Option(names = "--task", paramLabel = "NAME", description = "Only answers of this task.")
  private String task;

  @Option(
      names = "--all",
      description = "Answers to measurements that no file was sent for too, named by their ids.")
  private boolean all;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "Give up when nothing has come back for so long; 0 takes what is there (default:"
              + " ${DEFAULT-VALUE}).")
  private int patience;

  @Option(names = "--follow", description = "Go on until Ctrl-C.")
  private boolean follow;

  @Spec private CommandSpec spec;

  private final FileReport report = new FileReport("received");
  private final Map<String, String> expected = new LinkedHashMap<>();
  private final Map<String, String> letters = new HashMap<>();
  private Deserializer<Reconstruction> deserializer;
  private ResultFiles results;
  private String answerTopic;
  private int came;

  @Override
  public Integer call() {
    if (patience < 0) {
      throw new UserError("--patience must be 0 or more, got " + patience);
    }
    var settings = options.read();
    var topics = settings.topics();
    results = answers.open(task == null ? "deftstream" : task);
    try (var reader = TopicReader.open(settings, topics.measurements())) {
      reader.toEnd(this::expect);
    }
    int total = expected.size();
    answerTopic = topics.reconstructions();
    try (var closing = new ShutdownOwner();
        var line = ProgressLine.onStandardError("receive")) {
      var reader =
          closing.own("reader", TopicReader.open(settings, answerTopic, topics.deadLetters()));
      deserializer =
          closing.own(
              "deserializer", DlqAccess.serdes(settings).deserializer(Reconstruction.class));
      long since = System.nanoTime();
      while (!closing.closing() && (follow || !reader.atEnd() || waits(since))) {
        int before = came;
        reader.some(this::take);
        since = came > before ? System.nanoTime() : since;
        line.show(
            total == 0 ? 0 : Math.min(1.0, (double) (total - open()) / total),
            (total - open()) + " of " + total);
      }
    }
    expected.forEach(
        (id, name) -> {
          if (letters.containsKey(id)) {
            report.failed(name, letters.get(id));
          } else {
            report.missing(name);
          }
        });
    results.unfinished().forEach(name -> report.missing(name + " (slices are missing)"));
    report.finish(answers.json(), spec.commandLine().getOut(), spec.commandLine().getErr());
    return 0;
  }

  private void expect(ConsumerRecord<byte[], byte[]> record) {
    SentRecord.file(record.headers(), task)
        .ifPresent(
            file ->
                SentRecord.id(record.key())
                    .ifPresent(
                        id -> {
                          if (results.known(id)) {
                            report.known();
                          } else {
                            expected.put(id, file);
                          }
                        }));
  }

  /** Sent, and neither answered nor given up. */
  private int open() {
    return expected.size() - letters.size();
  }

  private boolean waits(long since) {
    return open() > 0 && System.nanoTime() - since < TimeUnit.SECONDS.toNanos(patience);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    var id = SentRecord.id(record.key());
    boolean ours = SentRecord.file(record.headers(), task).isPresent() && id.isPresent();
    if (record.topic().equals(answerTopic)) {
      if (ours || all) {
        answer(record, id.orElse(""));
      }
    } else if (ours && expected.containsKey(id.get())) {
      var letter = new ReceivedDeadLetter(record);
      letters.put(id.get(), letter.reason() + ": " + letter.message());
      came++;
    }
  }

  private void answer(ConsumerRecord<byte[], byte[]> record, String key) {
    Reconstruction answer;
    try {
      answer = deserializer.deserialize(record.topic(), record.headers(), record.value());
    } catch (SerializationException e) {
      report.failed(
          record.topic() + "-" + record.partition() + "@" + record.offset(), e.getMessage());
      return;
    }
    String id = answer.getMeasurementId();
    boolean other = task != null && !answer.getTask().equals(task);
    // The key is the producer's; the id is what was answered.
    if (other || results.known(id) || !(all || id.equals(key))) {
      return;
    }
    try {
      report.note(results.add(ReceivedAnswer.result(answer)));
      report.done();
      came++;
      expected.remove(id);
      letters.remove(id);
    } catch (IllegalArgumentException e) {
      report.failed(Optional.ofNullable(expected.remove(id)).orElse(id), e.getMessage());
    }
  }
}
