package org.deftstream.messaging.config;

import java.util.function.Function;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * One setting: its name, and how its value is had. Declared in a {@link SettingGroup}, which knows
 * type, default, range and description. Immutable.
 *
 * @param <T> type of the value
 */
public final class Setting<T> {
  private final String key;
  private final Function<AbstractConfig, T> value;

  Setting(String key, Function<AbstractConfig, T> value) {
    this.key = key;
    this.value = value;
  }

  /** Its name: {@code engine.max.batch}. */
  public String key() {
    return key;
  }

  T of(AbstractConfig values) {
    return value.apply(values);
  }

  /** The same setting, its value put differently. */
  <R> Setting<R> as(Function<T, R> form) {
    return new Setting<>(key, values -> form.apply(of(values)));
  }
}
