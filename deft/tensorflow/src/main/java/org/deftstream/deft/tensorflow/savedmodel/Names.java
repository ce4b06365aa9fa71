package org.deftstream.deft.tensorflow.savedmodel;

/** Names of foreign files in messages. */
final class Names {
  private static final int LONGEST = 80;

  private Names() {}

  /** Short, and without what a terminal would obey. */
  static String shown(String name) {
    String cut = name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
    return "'" + cut.replaceAll("[^\\x20-\\x7e]", "?") + "'";
  }
}
