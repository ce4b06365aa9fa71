package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;
import org.deftstream.deft.text.JsonFields;
import org.deftstream.deft.training.ImageSet;

/**
 * Which images of a source are taken. Immutable.
 *
 * @param range {@code FROM:TO} by index in the order of names, TO excluded; empty takes all
 * @param minimumDeviation images whose grey values (0 to 255) deviate less are left out
 * @param limit at most so many, evenly spaced; 0 takes all
 * @param crop whether larger images are taken, cut to the task's size out of their middle
 */
public record PlannedImages(String range, double minimumDeviation, int limit, boolean crop) {
  private static final Pattern RANGE = Pattern.compile("|[0-9]{1,9}:[0-9]{1,9}");

  public PlannedImages {
    if (!RANGE.matcher(range).matches()) {
      throw new IllegalArgumentException(
          "range is '" + range + "'; FROM:TO is right, as in 0:8000");
    }
    if (!(minimumDeviation >= 0) || limit < 0) {
      throw new IllegalArgumentException(
          "minDeviation and limit must be 0 or more, got " + minimumDeviation + " and " + limit);
    }
  }

  static PlannedImages fromJson(JsonFields fields) {
    String range = fields.text("range", "");
    double deviation = fields.number("minDeviation", 0);
    int limit = fields.integer("limit", 0, Integer.MAX_VALUE, 0);
    boolean crop = fields.flag("crop", false);
    fields.refuseUnknown();
    try {
      return new PlannedImages(range, deviation, limit, crop);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(fields.where() + ": " + e.getMessage(), e);
    }
  }

  ObjectNode toJson() {
    var json = JsonNodeFactory.instance.objectNode();
    if (!range.isEmpty()) {
      json.put("range", range);
    }
    if (minimumDeviation > 0) {
      json.put("minDeviation", minimumDeviation);
    }
    if (limit > 0) {
      json.put("limit", limit);
    }
    if (crop) {
      json.put("crop", true);
    }
    return json;
  }

  PlannedImages limited(int most) {
    int fewer = limit == 0 ? most : Math.min(limit, most);
    return new PlannedImages(range, minimumDeviation, fewer, crop);
  }

  /** Takes them out of all images of the source. */
  public ImageSet select(ImageSet all) {
    var images = all;
    if (!range.isEmpty()) {
      String[] ends = range.split(":", -1);
      images = images.range(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
    }
    images = images.withoutBlank(minimumDeviation);
    return limit > 0 ? images.evenly(limit) : images;
  }

  /** A few words for the report: {@code 16 of 8500:9000}. */
  public String describe() {
    return (limit > 0 ? limit + " of " : "") + (range.isEmpty() ? "all" : range);
  }
}
