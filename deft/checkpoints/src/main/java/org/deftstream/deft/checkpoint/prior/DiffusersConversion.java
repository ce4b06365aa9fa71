package org.deftstream.deft.checkpoint.prior;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.JsonText;

/** A folder of diffusers: already in our names, but for a learned variance and pickled weights. */
final class DiffusersConversion {
  private DiffusersConversion() {}

  static ImportedPrior convert(
      PriorLayout layout, Map<String, TensorSource> weights, Answers answers) {
    answers.requireAll(Family.DIFFUSERS);
    var scheduler = parse(layout.scheduler(), SchedulerConfig::parse);
    var json = JsonText.readObject(layout.network());
    var network = parse(layout.network(), j -> NetworkConfig.parse(j));
    var kept = new LinkedHashMap<>(weights);
    int channels = network.inChannels();
    if (network.outChannels() == 2 * channels) {
      kept.replaceAll((name, t) -> name.startsWith("conv_out.") ? firstHalf(name, t, channels) : t);
      json.put("out_channels", channels);
      network = Schedules.checked(() -> NetworkConfig.parse(json));
    }
    return new ImportedPrior(Family.DIFFUSERS, network, scheduler, kept);
  }

  private static TensorSource firstHalf(String name, TensorSource tensor, int channels) {
    if (tensor.shape().length == 0 || tensor.shape()[0] != 2 * channels) {
      throw new UserError("weight " + name + " has not " + 2 * channels + " rows");
    }
    return TensorRows.first(tensor, channels);
  }

  private static <T> T parse(Path file, Function<ObjectNode, T> parser) {
    try {
      return parser.apply(JsonText.readObject(file));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
  }
}
