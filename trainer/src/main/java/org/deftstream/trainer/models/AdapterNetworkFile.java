package org.deftstream.trainer.models;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonText;

/** The network of an adapter from a file that leaves the sizes open. Stateless. */
public final class AdapterNetworkFile {
  private AdapterNetworkFile() {}

  /**
   * Reads a specification and sets its sizes and channels to those of a task.
   *
   * @param file a config.json of diffusers' UNet2DModel
   * @throws UserError one line that names the file and what is wrong
   */
  public static UNetConfig read(Path file, Task task, AdapterForm form) {
    var shape = task.operator().imageShape();
    try {
      var json = JsonText.readObject(file);
      json.put("in_channels", AdapterFeatures.channels(form, task.operator()));
      json.put("out_channels", shape.channels());
      if (shape.height() == shape.width()) {
        json.put("sample_size", shape.height());
      } else {
        json.putArray("sample_size").add(shape.height()).add(shape.width());
      }
      return UNetConfig.parse(json);
    } catch (IllegalArgumentException e) {
      throw new UserError("cannot read network " + file + ": " + e.getMessage(), e);
    }
  }
}
