package org.deftstream.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import java.util.Map;
import org.deftstream.service.HarmfulAdvice;

/**
 * How the program logs, found by logback through ServiceLoader. Standard output belongs to results,
 * so all logging goes to standard error. Quiet by default; the command line's verbose flag raises
 * the levels, and {@code -Dlogback.configurationFile} replaces all of it. In code and not in XML,
 * because reading XML would take a third of the time of a short command.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
  private static final String OTHER_FILE = "logback.configurationFile";

  private static final Map<String, Level> LEVELS =
      Map.of(
          // It warns about every machine without a GPU driver.
          "ai.djl.util.cuda.CudaUtils", Level.OFF,
          // The embedded broker warns of every start as the leader of itself.
          "org.apache.kafka.controller", Level.ERROR,
          // Every attempt to connect to a broker that is gone; the service says once that it is.
          "org.apache.kafka.clients.NetworkClient", Level.ERROR,
          // A name that does not resolve is in the one line that the command ends with.
          "org.apache.kafka.clients.ClientUtils", Level.ERROR,
          // It recommends, at every start, a setting for global tables, of which there are none.
          "org.apache.kafka.streams.StreamsConfig", Level.ERROR,
          // A broker on a full disk warns of what it cannot close; the one line says it is full.
          "org.apache.kafka.common.utils.Utils", Level.ERROR,
          // It warns at every file that it writes that this is new; tests read what it writes.
          "io.jhdf", Level.ERROR,
          "org.deftstream", Level.INFO);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(OTHER_FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    // Kafka Streams' advice for partitions that do not fit would delete the ledger.
    for (TurboFilter filter :
        List.of(new RoutineFilter(), new DeadThreads(), new HarmfulAdvice())) {
      filter.setContext(context);
      filter.start();
      context.addTurboFilter(filter);
    }
    var layout = new TextLine();
    layout.setContext(context);
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("STDERR");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
