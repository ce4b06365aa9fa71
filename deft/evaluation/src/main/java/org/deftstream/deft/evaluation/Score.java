package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One method's result on one measurement: a line of {@code results.jsonl}.
 *
 * @param key fingerprint of everything that the result depends on
 * @param task the task's name
 * @param method the method's label in the plan that computed it
 * @param item index of the measurement in its set
 * @param image index of the image in its set
 * @param seed seed of the measurement
 * @param psnr of the mean, data range 2, in dB; NaN if the method failed
 * @param ssim of the mean
 * @param residual of the mean, in units of the noise
 * @param seconds wall time of the batch divided by its images, all samples and restarts together
 * @param restart which restart had the smallest residual; 0 if there was one only
 * @param turned whether the image was turned by 180 degrees before it was judged
 * @param contrast share of a lesion's contrast that is kept; NaN where none was put in
 * @param failure why there is no image; empty if there is one
 */
public record Score(
    String key,
    String task,
    String method,
    int item,
    int image,
    long seed,
    double psnr,
    double ssim,
    double residual,
    double seconds,
    int restart,
    boolean turned,
    double contrast,
    String failure) {

  boolean failed() {
    return !failure.isEmpty();
  }

  ObjectNode toJson() {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("key", key)
            .put("task", task)
            .put("method", method)
            .put("item", item)
            .put("image", image)
            .put("seed", seed);
    if (failed()) {
      return json.put("seconds", seconds).put("failure", failure);
    }
    json.put("psnr", psnr).put("ssim", ssim).put("residual", residual).put("seconds", seconds);
    if (restart > 0) {
      json.put("restart", restart);
    }
    if (Double.isFinite(contrast)) {
      json.put("contrast", contrast);
    }
    return turned ? json.put("turned", true) : json;
  }

  static Score fromJson(JsonNode json) {
    return new Score(
        json.path("key").asText(),
        json.path("task").asText(),
        json.path("method").asText(),
        json.path("item").asInt(),
        json.path("image").asInt(),
        json.path("seed").asLong(),
        json.path("psnr").asDouble(Double.NaN),
        json.path("ssim").asDouble(Double.NaN),
        json.path("residual").asDouble(Double.NaN),
        json.path("seconds").asDouble(),
        json.path("restart").asInt(),
        json.path("turned").asBoolean(),
        json.path("contrast").asDouble(Double.NaN),
        json.path("failure").asText(""));
  }
}
