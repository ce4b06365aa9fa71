package org.deftstream.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.adapter.SigningKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream adapters keygen}. */
@Command(
    name = "keygen",
    description = {
      "Make an Ed25519 key pair for signing adapters.",
      "The private key is for `adapters push --sign-key`, the public one for the setting"
          + " adapter.trusted.keys of the instances. Files that exist are not replaced."
    },
    footer = {
      "",
      "Example: deftstream adapters keygen --private adapter-key.pem --public adapter-key.pub.pem",
      "Exit codes: 0 written, 1 a file is there already or cannot be written, 2 wrong usage."
    })
final class AdaptersKeygenCommand implements Callable<Integer> {
  @Option(
      names = "--private",
      paramLabel = "FILE",
      defaultValue = "adapter-key.pem",
      description = "Where the private key goes (default: ${DEFAULT-VALUE}).")
  private Path privateFile;

  @Option(
      names = "--public",
      paramLabel = "FILE",
      defaultValue = "adapter-key.pub.pem",
      description = "Where the public key goes (default: ${DEFAULT-VALUE}).")
  private Path publicFile;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    SigningKeys.generate(privateFile, publicFile);
    var out = spec.commandLine().getOut();
    out.println("private " + privateFile);
    out.println("public  " + publicFile);
    out.flush();
    return 0;
  }
}
