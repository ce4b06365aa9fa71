package org.deftstream.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;
import org.deftstream.deft.phantom.PerforatedDisc;
import org.deftstream.deft.phantom.Phantom;
import org.deftstream.deft.phantom.RadioSource;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream phantoms}: random objects of a kind as PNG files of 16 bit, to train a prior
 * on. The same seed, number and size give the same file.
 */
@Command(
    name = "phantoms",
    description = "Draw random objects as pictures, to train a prior on where none exist.",
    footer = {
      "",
      "Example: deftstream phantoms --help",
      "Exit codes: 0 all written, 1 a file cannot be written, 2 wrong usage."
    })
final class PhantomsCommand implements Callable<Integer> {
  private static final int MOST = 1_000_000;

  /** What can be drawn. */
  enum Kind {
    /** Discs of one material with holes. */
    DISCS(new PerforatedDisc()),
    /** Rings, discs, crescents and blobs. */
    RADIO(new RadioSource());

    private final Phantom phantom;

    Kind(Phantom phantom) {
      this.phantom = phantom;
    }
  }

  @Parameters(
      paramLabel = "KIND",
      description = "discs (of one material, with holes) or radio (rings, discs, blobs).")
  private Kind kind;

  @Option(
      names = "--count",
      required = true,
      paramLabel = "N",
      description = "How many, up to a million.")
  private int count;

  @Option(
      names = "--size",
      defaultValue = "128",
      paramLabel = "PIXELS",
      description = "Pixels a side (default: ${DEFAULT-VALUE}).")
  private int size;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same gives the same objects (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (count < 1 || count > MOST) {
      throw new UserError("--count must be from 1 to " + MOST + ", got " + count);
    }
    try {
      Phantom.requireSize(size);
    } catch (IllegalArgumentException e) {
      throw new UserError("--size: " + e.getMessage(), e);
    }
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new UserError("cannot write to " + out + ": " + FileProblem.reason(e), e);
    }
    IntStream.range(0, count).parallel().forEach(this::write);
    spec.commandLine().getOut().println(count + " pictures in " + out);
    return 0;
  }

  private void write(int number) {
    // Seeds in a row give streams of SplittableRandom that have nothing in common.
    float[] values = kind.phantom.draw(size, new SplittableRandom(seed * MOST + number));
    var picture = new BufferedImage(size, size, BufferedImage.TYPE_USHORT_GRAY);
    var raster = picture.getRaster();
    for (int i = 0; i < values.length; i++) {
      raster.setSample(i % size, i / size, 0, Math.round(values[i] * 65_535));
    }
    Path file = out.resolve("%06d.png".formatted(number));
    var png = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", png);
      AtomicFiles.write(file, png.toByteArray());
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + FileProblem.reason(e), e);
    }
  }
}
