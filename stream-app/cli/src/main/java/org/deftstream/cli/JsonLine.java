package org.deftstream.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A line of the log for programs: one JSON document. Thread-safe. */
final class JsonLine extends LayoutBase<ILoggingEvent> {
  private static final int CAUSES = 5;
  private static final int FRAMES = 50;

  @Override
  public String doLayout(ILoggingEvent event) {
    var document =
        JsonNodeFactory.instance
            .objectNode()
            .put("time", event.getInstant().toString())
            .put("level", event.getLevel().toString())
            .put("logger", event.getLoggerName())
            .put("thread", event.getThreadName())
            .put("message", LogText.bounded(event.getFormattedMessage()));
    var parent = document;
    var thrown = event.getThrowableProxy();
    for (int i = 0; thrown != null && i < CAUSES; i++) {
      parent = thrown(parent.putObject(i == 0 ? "thrown" : "cause"), thrown);
      thrown = thrown.getCause();
    }
    return document + "\n";
  }

  private static ObjectNode thrown(ObjectNode node, IThrowableProxy thrown) {
    node.put("class", thrown.getClassName());
    if (thrown.getMessage() != null) {
      node.put("message", LogText.bounded(thrown.getMessage()));
    }
    var frames = thrown.getStackTraceElementProxyArray();
    var stack = node.putArray("stack");
    for (int i = 0; frames != null && i < Math.min(frames.length, FRAMES); i++) {
      stack.add(frames[i].getStackTraceElement().toString());
    }
    return node;
  }
}
