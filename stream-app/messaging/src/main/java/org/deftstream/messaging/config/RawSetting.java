package org.deftstream.messaging.config;

/**
 * A setting as it was written, with the place it was found at.
 *
 * @param key the setting's name
 * @param value its text
 * @param origin for messages: {@code in service.properties}, {@code in the environment variable X}
 */
record RawSetting(String key, String value, String origin) {
  /** Key and place, never the value, which may be a secret. */
  @Override
  public String toString() {
    return key + " " + origin;
  }
}
