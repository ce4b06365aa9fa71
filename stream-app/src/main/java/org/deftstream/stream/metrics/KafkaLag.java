package org.deftstream.stream.metrics;

import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;

/** Finds the consumer's lag among the metrics of Kafka's clients. */
final class KafkaLag {
  private static final String GROUP = "consumer-fetch-manager-metrics";
  private static final String NAME = "records-lag";

  private KafkaLag() {}

  /** One row for each partition that is consumed; NaN, before the first fetch, is left out. */
  static List<Row<?>> rows(Collection<? extends Metric> metrics) {
    Map<Tags, Double> lag = new HashMap<>();
    for (var metric : metrics) {
      var name = metric.metricName();
      String topic = name.tags().get("topic");
      String partition = name.tags().get("partition");
      if (name.name().equals(NAME)
          && name.group().equals(GROUP)
          && topic != null
          && partition != null
          && metric.metricValue() instanceof Double value
          && !value.isNaN()) {
        // A partition that moved between two threads may be there twice for a moment.
        lag.merge(Tags.of("topic", topic, "partition", partition), value, Math::max);
      }
    }
    var rows = new ArrayList<Row<?>>();
    lag.forEach((tags, value) -> rows.add(Row.of(tags, value)));
    return rows;
  }
}
