package org.deftstream.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.safetensors.NewDirectory;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code deftstream adapters export}. */
@Command(
    name = "export",
    description =
        "Write an adapter for other programs, as a model of ONNX: adapter.onnx answers with what is"
            + " added to the noise that the prior sees.",
    footer = {
      "",
      "Example: deftstream adapters export deft/models/adapters/fashion-32-inpaint --out exported",
      "Exit codes: 0 written, 1 it is no adapter, or cannot be written so, 2 wrong usage."
    })
final class AdaptersExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Directory of the adapter.")
  private Path directory;

  @Mixin private NewDirectoryOption written;

  @Override
  public Integer call() {
    Path out = written.free();
    var adapter = AdapterDirectory.read(directory);
    var backend = TensorFlowBackend.start(SessionOptions.standard());
    NewDirectory.write(
        out, hidden -> backend.exportAdapter(adapter, hidden.resolve("adapter.onnx")));
    System.out.println(out);
    return 0;
  }
}
