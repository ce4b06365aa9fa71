package org.deftstream.trainer.models;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonText;

/** The network of an adapter from a file that leaves the sizes open. Stateless. */
public final class AdapterNetworkFile {
  private AdapterNetworkFile() {}

  /**
   * Reads a specification and sets its channels to those of a task, and its size too where it has
   * one. A network of any size keeps its sample's: it learns from crops of that.
   *
   * @param file a config.json of either kind of network
   * @throws UserError one line that names the file and what is wrong
   */
  public static NetworkConfig read(Path file, Task task, AdapterForm form) {
    return read(file, task, AdapterFeatures.channels(form, task.operator()));
  }

  /**
   * As above.
   *
   * @param channels that the network sees
   */
  public static NetworkConfig read(Path file, Task task, int channels) {
    var shape = task.operator().imageShape();
    try {
      var json = JsonText.readObject(file);
      json.put("in_channels", channels);
      json.put("out_channels", shape.channels());
      if (json.path("_class_name").asText().equals(ResidualUNetConfig.CLASS_NAME)) {
        var network = NetworkConfig.parseAdapter(json);
        if (network.sampleHeight() > Math.min(shape.height(), shape.width())) {
          throw new IllegalArgumentException(
              "sample_size is %d, and the images of task '%s' are %s: crops of that size do not fit"
                  .formatted(network.sampleHeight(), task.name(), shape));
        }
        return network;
      }
      if (shape.height() == shape.width()) {
        json.put("sample_size", shape.height());
      } else {
        json.putArray("sample_size").add(shape.height()).add(shape.width());
      }
      return NetworkConfig.parseAdapter(json);
    } catch (IllegalArgumentException e) {
      throw new UserError("cannot read network " + file + ": " + e.getMessage(), e);
    }
  }
}
