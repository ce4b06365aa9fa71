package org.deftstream.schemas;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Tells a registry that does not work from one that works and fails at a single schema, of which
 * whoever registered it may be the cause: a record that names it must not wait for ever at the head
 * of its partition. A schema is given up when the registry has failed at it again and again for a
 * while, and has answered another question each time. Thread-safe.
 */
public final class SchemaTrouble {
  private static final int LEAST_FAILURES = 5;
  private static final Duration LEAST_TIME = Duration.ofSeconds(30);
  private static final int MOST_SCHEMAS = 1000;

  private final BooleanSupplier registryAnswers;
  private final long leastNanos;
  private final Map<Integer, Failures> bySchema =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Failures> eldest) {
          return size() > MOST_SCHEMAS;
        }
      };

  /** How often the registry failed at one schema, and since when. */
  private record Failures(int number, long since) {}

  /**
   * Makes an account.
   *
   * @param registryAnswers asks the registry something else than a schema, anew each time
   */
  public SchemaTrouble(BooleanSupplier registryAnswers) {
    this(registryAnswers, LEAST_TIME);
  }

  /** With another time over which the registry must have failed. */
  public SchemaTrouble(BooleanSupplier registryAnswers, Duration least) {
    this.registryAnswers = registryAnswers;
    this.leastNanos = least.toNanos();
  }

  /**
   * Takes note that the registry failed at a schema.
   *
   * @param schemaId the schema's id
   * @return whether the schema is given up
   */
  public boolean givenUp(int schemaId) {
    boolean answers = registryAnswers.getAsBoolean();
    long now = System.nanoTime();
    synchronized (bySchema) {
      if (!answers) {
        bySchema.clear();
        return false;
      }
      var failures =
          bySchema.merge(
              schemaId,
              new Failures(1, now),
              (before, one) -> new Failures(before.number() + 1, before.since()));
      return failures.number() >= LEAST_FAILURES && now - failures.since() >= leastNanos;
    }
  }

  /** Takes note that the registry gave a schema. */
  public void answered(int schemaId) {
    synchronized (bySchema) {
      bySchema.remove(schemaId);
    }
  }
}
