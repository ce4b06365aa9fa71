package org.deftstream.deft.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the fields of one JSON object strictly: a missing field, a field of the wrong type and,
 * with {@link #refuseUnknown}, a field that nobody asked for are each refused by name, in one line.
 * All methods throw {@link IllegalArgumentException} for what does not fit. Not thread-safe; made
 * for one reading.
 */
public final class JsonFields {
  private final JsonNode object;
  private final String where;
  private final Set<String> asked = new LinkedHashSet<>();

  private JsonFields(JsonNode object, String where) {
    this.object = object;
    this.where = where;
  }

  /**
   * Begins to read an object.
   *
   * @param where what the object is, as messages name it: {@code task 'a', operator}
   */
  public static JsonFields of(JsonNode node, String where) {
    if (node == null || !node.isObject()) {
      throw new IllegalArgumentException(where + ": expected a JSON object, got " + shown(node));
    }
    return new JsonFields(node, where);
  }

  /** Whether the field is there and not null. Counts as asking for it. */
  public boolean has(String name) {
    asked.add(name);
    return object.hasNonNull(name);
  }

  /** A required text. */
  public String text(String name) {
    var value = required(name);
    if (!value.isTextual()) {
      throw wrong(name, "a text", value);
    }
    return value.textValue();
  }

  /** A text, or the default where the field is absent. */
  public String text(String name, String absent) {
    return has(name) ? text(name) : absent;
  }

  /** A required whole number in the closed range. */
  public int integer(String name, int least, int most) {
    var value = required(name);
    // 20.0 is a whole number as well: other languages write integers so.
    boolean whole = value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
    if (!whole || value.doubleValue() < least || value.doubleValue() > most) {
      throw wrong(name, "a whole number in [" + least + ", " + most + "]", value);
    }
    return value.intValue();
  }

  /** A whole number in the closed range, or the default where the field is absent. */
  public int integer(String name, int least, int most, int absent) {
    return has(name) ? integer(name, least, most) : absent;
  }

  /** A required finite number. */
  public double number(String name) {
    var value = required(name);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(name, "a finite number", value);
    }
    return value.doubleValue();
  }

  /** A finite number, or the default where the field is absent. */
  public double number(String name, double absent) {
    return has(name) ? number(name) : absent;
  }

  /** A required finite number above zero. */
  public double positive(String name) {
    double value = number(name);
    if (value <= 0) {
      throw wrong(name, "a number above 0", object.get(name));
    }
    return value;
  }

  /** A required number in the closed range. */
  public double within(String name, double least, double most) {
    double value = number(name);
    if (value < least || value > most) {
      throw wrong(name, "a number in [" + least + ", " + most + "]", object.get(name));
    }
    return value;
  }

  /** True or false, or the default where the field is absent. */
  public boolean flag(String name, boolean absent) {
    if (has(name) && !object.get(name).isBoolean()) {
      throw wrong(name, "true or false", object.get(name));
    }
    return has(name) ? object.get(name).booleanValue() : absent;
  }

  /** A required text out of a closed set; a misspelt one is answered with the nearest. */
  public String choice(String name, Set<String> known) {
    String value = text(name);
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          where + ": " + name + " '" + value + "' is not known" + Nearest.hint(value, known));
    }
    return value;
  }

  /** A required object, to be read with its own {@link #refuseUnknown}. */
  public JsonFields object(String name) {
    return of(required(name), where + ", " + name);
  }

  /** An optional object. */
  public Optional<JsonFields> optionalObject(String name) {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  /** The fields of an optional object, numbers all of them; none where it is absent. */
  public Map<String, Double> numbers(String name) {
    var numbers = new TreeMap<String, Double>();
    optionalObject(name)
        .ifPresent(
            fields ->
                fields
                    .object
                    .fieldNames()
                    .forEachRemaining(field -> numbers.put(field, fields.number(field))));
    return numbers;
  }

  /** A required value of any type, as it stands. */
  public JsonNode node(String name) {
    return required(name);
  }

  /** The whole object, as it stands. */
  public JsonNode json() {
    return object;
  }

  /** What messages call this object. */
  public String where() {
    return where;
  }

  /**
   * Refuses fields that no call has asked for, by name and with the nearest known one. To be called
   * last.
   */
  public void refuseUnknown() {
    for (var names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!asked.contains(name)) {
        throw new IllegalArgumentException(
            where + ": unknown field '" + name + "'" + Nearest.hint(name, asked));
      }
    }
  }

  private JsonNode required(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(where + ": field '" + name + "' is missing");
    }
    return object.get(name);
  }

  private IllegalArgumentException wrong(String name, String expected, JsonNode value) {
    return new IllegalArgumentException(
        where + ": " + name + " must be " + expected + ", got " + shown(value));
  }

  private static String shown(JsonNode value) {
    String text = (value == null ? JsonNodeFactory.instance.missingNode() : value).toString();
    return text.isEmpty() ? "nothing" : text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
