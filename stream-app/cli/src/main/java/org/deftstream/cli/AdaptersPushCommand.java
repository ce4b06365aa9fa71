package org.deftstream.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.SigningKeys;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterControl;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deftstream adapters push}. */
@Command(
    name = "push",
    description = "Publish an adapter's weights and serve it, in one transaction.",
    footer = {
      "",
      "Examples: deftstream adapters push deft/models/adapters/head-ct-64-ct-sparse-20",
      "          deftstream adapters push DIR --canary 0.1 --sign-key adapter-key.pem",
      "Exit codes: 0 an instance serves or tries it, 1 it is damaged, one refuses it or none reports in time, 2 wrong usage."
    })
final class AdaptersPushCommand implements Callable<Integer> {
  @Mixin private ControlAccess access;
  @Mixin private DefinitionOption definition;

  @Parameters(paramLabel = "DIR", description = "Directory of the adapter.")
  private Path directory;

  @Option(
      names = "--sign-key",
      paramLabel = "FILE",
      description = "PEM file with an Ed25519 private key with which the adapter is signed.")
  private Path signKey;

  @Mixin private SamplerOption sampler;

  @ArgGroup private Instead instead;

  /** What to do instead of serving it at once. */
  private static final class Instead {
    @Option(
        names = "--canary",
        required = true,
        paramLabel = "SHARE",
        description = "Try it on a share of the measurements, above 0 and at most 1.")
    private Double canary;

    @Option(
        names = "--no-activate",
        required = true,
        description = "Only publish it, to be activated later.")
    private boolean onlyPublish;
  }

  @Override
  public Integer call() {
    var adapter = AdapterDirectory.read(directory);
    String id = adapter.manifest().adapterId();
    var sampled = sampler.settings();
    if (sampled.isPresent() && instead != null) {
      throw new UserError(
          "--sampler is for an adapter that serves at once; a canary is sampled as its manifest"
              + " says, which adapters validate --sampler changes");
    }
    UnaryOperator<AdapterControl> place =
        state -> {
          var next = ControlChanges.activate(state, id);
          return sampled.map(each -> ControlChanges.sampled(next, each)).orElse(next);
        };
    if (instead != null && instead.onlyPublish) {
      place = UnaryOperator.identity();
    } else if (instead != null) {
      place = state -> ControlChanges.canary(state, id, instead.canary);
    }
    var then = place;
    boolean onTrial = instead != null && instead.canary != null;
    var key = Optional.ofNullable(signKey).map(SigningKeys::readPrivate);
    return access.push(adapter, key, state -> then.apply(definition.applyTo(state)), onTrial);
  }
}
