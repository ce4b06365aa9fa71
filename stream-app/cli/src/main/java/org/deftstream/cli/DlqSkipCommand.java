package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.deadletter.SkipNotes;
import org.deftstream.trainer.monitor.TrainerAccess;
import org.deftstream.trainer.serve.PairClients;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code deftstream dlq skip}: the way past a record that ends whoever reads it. */
@Command(
    name = "skip",
    description = {
      "Pass over a measurement or a labelled pair that cannot be read, because it unpacks to more"
          + " than the heap.",
      "It leaves as a dead letter of class Skipped (a measurement when an instance starts again);"
          + " no other record is touched."
    },
    footer = {
      "",
      "Example: deftstream dlq skip measurements 0 18",
      "Exit codes: 0 noted or done, 1 there is no such record, it was consumed, or Kafka does not answer, 2 wrong usage."
    })
final class DlqSkipCommand implements Callable<Integer> {
  @Mixin private SettingsOptions options;

  @Parameters(
      index = "0",
      paramLabel = "TOPIC",
      description = "The topic of measurements, or of pairs.")
  private String topic;

  @Parameters(index = "1", paramLabel = "PARTITION", description = "Its partition.")
  private int partition;

  @Parameters(index = "2", paramLabel = "OFFSET", description = "The record's offset.")
  private long offset;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var service = options.read();
    if (topic.equals(service.topics().labelledPairs())) {
      new PairClients(TrainerAccess.access(service), service.get(ServiceKeys.APPLICATION_ID))
          .skip(partition, offset);
      return done("is passed over; it is a dead letter");
    }
    if (!topic.equals(service.topics().measurements())) {
      throw new UserError(
          "the service reads %s and the trainer %s, not %s; name the topic that is meant"
              .formatted(service.topics().measurements(), service.topics().labelledPairs(), topic));
    }
    try (var admin = Admin.create(service.consumerConfig())) {
      skip(admin, service);
    }
    return done("is passed over when an instance starts, and leaves as a dead letter");
  }

  private int done(String what) {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(
          JsonNodeFactory.instance
              .objectNode()
              .put("topic", topic)
              .put("partition", partition)
              .put("offset", offset)
              .put("outcome", what));
    } else {
      out.printf("offset %d of %s-%d %s%n", offset, topic, partition, what);
    }
    out.flush();
    return 0;
  }

  private void skip(Admin admin, ServiceSettings service) {
    var place = new TopicPartition(topic, partition);
    long first = boundary(admin, service, place, OffsetSpec.earliest());
    long end = boundary(admin, service, place, OffsetSpec.latest());
    if (offset < first || offset >= end) {
      throw new UserError(
          "%s holds the offsets %d to %d, not %d".formatted(place, first, end - 1, offset));
    }
    var consumed =
        get(
                service,
                admin
                    .listConsumerGroupOffsets(service.get(ServiceKeys.APPLICATION_ID))
                    .partitionsToOffsetAndMetadata())
            .get(place);
    if (consumed != null && offset < consumed.offset()) {
      throw new UserError(
          "offset %d of %s was consumed; %s stands at %d"
              .formatted(
                  offset, place, service.get(ServiceKeys.APPLICATION_ID), consumed.offset()));
    }
    int timeout = (int) service.get(ConnectionKeys.CONNECT_TIMEOUT).toMillis();
    var known =
        get(
            service,
            SkipNotes.read(
                admin, service.get(ServiceKeys.APPLICATION_ID), List.of(place), timeout));
    get(
        service,
        SkipNotes.add(
            admin,
            service.get(ServiceKeys.APPLICATION_ID),
            place,
            known.getOrDefault(place, List.of()),
            offset));
  }

  private static long boundary(
      Admin admin, ServiceSettings service, TopicPartition place, OffsetSpec which) {
    return get(service, admin.listOffsets(Map.of(place, which)).partitionResult(place)).offset();
  }

  private static <T> T get(ServiceSettings service, KafkaFuture<T> asked) {
    try {
      return asked.get(
          service.get(ConnectionKeys.CONNECT_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted; nothing is known to have changed");
    } catch (TimeoutException e) {
      throw new UserError(
          "Kafka at %s did not answer within %d s"
              .formatted(
                  service.bootstrapServers(),
                  service.get(ConnectionKeys.CONNECT_TIMEOUT).toSeconds()),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new UserError("there is no such partition: " + e.getCause().getMessage(), e);
      }
      throw new UserError("Kafka refused: " + e.getCause().getMessage(), e);
    }
  }
}
