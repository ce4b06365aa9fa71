package org.deftstream.tests.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The sections of the pages, in their order. Each is the table of one driver. */
public enum Section {
  /** Kills, rebalances, restarts, outages. */
  FAULTS(
      "Faults",
      """
      Three brokers and the instances are processes of their own; a backlog waits at any time. Lost,
      duplicated and out of order are counted in what was committed, and every pixel is compared with
      an undisturbed engine.\
      """,
      "mvn verify -Pfaults -Dit.test=FaultsIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Zombies, cuts of the log, offsets that were set back. */
  STALLS(
      "Stalls, cuts and set-back offsets",
      """
      The same three brokers. A zombie is a process that is stopped until others have its partitions
      and then goes on; its log must say that it was replaced. A cut deletes the log of each partition
      up to a random offset of its backlog, so beyond what was consumed: each offset that had no
      answer must be a dead letter. Offsets are set back to a random one, or to 0. Recovery is counted
      from the stall for zombies and stalled threads, from the end of the stall for transactions, and
      from the new start after a cut or a reset.\
      """,
      "mvn verify -Pfaults -Dit.test=StallsIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Orderly stops of a single broker. */
  BROKER_STOPS(
      "Orderly stops of a single broker",
      """
      `deftstream stack up` is stopped with SIGTERM while a backlog is worked off, and started again.
      Kafka loses transaction markers in such a stop (KAFKA-20734); the embedded broker does not. A
      partition whose committed records end before its records do, when no producer lives any more,
      counts as a hanging transaction.\
      """,
      "mvn verify -Pfaults -Dit.test=BrokerStopsIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Topics that are made anew, or grow. */
  TOPIC_CHANGES(
      "Topics made anew, and grown",
      """
      The topic of measurements is deleted and made anew, or gets a partition more, under load, with
      two instances. Records are told apart by their keys. What was deleted unanswered is gone with
      the topic, and a dead letter where it had been consumed; lost is what is there and has no
      answer.\
      """,
      "mvn verify -Pfaults -Dit.test=org.deftstream.tests.faults.TopicChangesIT"
          + " -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Hostile records among good ones. */
  HOSTILE(
      "Hostile records",
      """
      Fuzzed bytes, schemas, shapes, values and sizes, drawn from a seed and mixed one to ten with
      good records.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=DifficultRecordsIT,PageIT"
          + " -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Hostile measurements among good ones. */
  HOSTILE_MEASUREMENTS(
      "Hostile measurements",
      """
      As many hostile measurements as good ones, for one service with a heap of 512 MiB. A bomb
      unpacks to more than the heap: it stops the process once, with its topic, partition and offset,
      and is passed over with `deftstream dlq skip`.\
      """,
      "mvn verify -Pfaults -Dit.test=AbuseIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Hostile labelled pairs among good ones. */
  HOSTILE_PAIRS(
      "Hostile labelled pairs",
      """
      As many hostile pairs as good ones, for one trainer with a heap of 512 MiB that must live and
      say so. Its log has a line for each, none of them forged.\
      """,
      "mvn verify -Pfaults -Dit.test=PairAbuseIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Hostile adapters. */
  HOSTILE_ADAPTERS(
      "Hostile adapters",
      """
      Each is pushed while another adapter serves; what the service says of it stands on
      `adapter-status`. Where one served before, it serves on, and a good one is taken afterwards.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=ControlPlaneIT,PageIT"
          + " -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Adapter swaps under load. */
  SWAPS(
      "Adapter swaps under load",
      """
      Three adapters take turns on the shipped inpainting task at half of the measured capacity; each
      swap is read from the topic, verified, warmed up and held to its golden input. The heap is
      touched whole at the start, so what the resident set grows by is native memory.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=SwapsIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Hours of load. */
  SOAK(
      "Soak",
      """
      The shipped inpainting task at nine tenths of the capacity that was measured at the start. The
      heap is touched whole at the start, so what the resident set grows by is native memory.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=SoakIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** The live page under load. */
  LIVE_PAGE(
      "The live page under load",
      """
      A service whose prior takes a fixed time for a call, measurements at an even pace, and the page in
      Chromium on the same machine. The commit is when a consumer of committed records had the answer;
      pictures are drawn when an answer is made, so they may be there before. Counters are the page's
      number of reconstructions: how long that number had been too small when it was looked at. The
      capacity is measured in turns, the viewers being readers of the page's events in the service's own
      process. Processor time is that of the process, with the broker and the producer in it.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=LivePageLoadIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** What a start costs. */
  START_UP(
      "Start-up",
      """
      Seconds of the processor and by the clock, medians: of the JVM alone, as `./deftstream` starts it (an archive of
      the classes of short commands, made once for a build), and as the images do (an archive of the classes
      of the service too). Broker and registry run on the same machine; the graphs of the priors are in the cache.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=StartUpIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** What Kafka costs. */
  OVERHEAD(
      "Overhead of the stream",
      """
      Records per second from topic to topic, divided by those of the engine alone, in turns in one
      run. A record is an image and its mask, as large together as the table says. The prior is a closed
      form that takes as long for a call as the table says, as a device would beside the processors.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=OverheadIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Step-level batching against batch-at-a-time. */
  MIXED(
      "Mixed load",
      """
      Poisson arrivals of four tasks with 10 to 50 steps, the same arrivals for each way of batching;
      the load is in percent of the lesser capacity of the two ways of batch at a time.
      Batch at a time: up to a full batch of what waits is run until all of it is done. Batches of one
      task (the oldest request's) are what servers of models form, and what step level has to halve the
      p95 of. Batches of any task need the step-level engine, where rows of several tasks and timesteps
      share a call, and differ only in that nothing joins on the way: the slowest task's own steps take
      as long in both, which leaves less to win.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=MixedLoadIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** What a pixel costs. */
  SIZE_COST(
      Page.Document.SIZES,
      "What a pixel costs",
      """
      Seconds for a megapixel of one step of the prior `ct`, one image at a time, medians: the image
      as one row of its own size (`direct`, what this prior states), and cut into overlapping patches
      of 64 pixels, 16 to a call.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=ImageSizesIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Seams, and sizes that were not learned. */
  SIZE_SEAMS(
      Page.Document.SIZES,
      "Whole images against crops, and seams",
      """
      Slices of 512 pixels of patients and scanners that the prior `ct` did not learn from, in
      [-1024, 2048] HU, with noise, denoised in one step. The lines are the two pixels on both sides
      of where patches meet; the last column is their mean squared error divided by that of the other
      pixels. On the same lines of the direct answer, which has no seams, it is what the slices do there.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=ImageSizesIT -Ddeftstream.slices=DIR"
          + " -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** A stream of mixed sizes. */
  MIXED_SIZES(
      Page.Document.SIZES,
      "A stream of mixed sizes",
      """
      Poisson arrivals of four tasks with 10 to 50 steps and images of 64 to 1024 pixels a side, one of a
      side as likely as two of half of it; the same arrivals for both ways. The prior is a closed form that
      takes its time for a call and for a pixel, as a device would. Cut into patches of 64 pixels, images of
      all sizes share batches; as rows of their own size, only those of one size do. The load is in percent
      of the capacity of one-size batches, and more than patches take here: with an overlap of 8 they
      evaluate 1.4 times the pixels, and the host cuts and blends them. The fill is of the rows that a
      batch may have, padding not counted.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=MixedSizesIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** A refresh after a refresh, and pairs that are wrong. */
  REFRESHES(
      Page.Document.TRAINING,
      "Refreshes, good and poisoned",
      """
      The shipped inpainting task and photographs of clothes that the prior was not trained on. The
      second refresh starts from the adapter of the first and has as many pairs more. Then a fifth of
      the truths is noise, in pairs that are measured by the trainer itself, or is another pair's:
      the check of pairs, which rejects those one by one, is left out, so that nothing but the gate
      can tell. Every candidate answers as in service, with the mean of several samples; that alone is
      worth most of the first gain, as the untrained network of the next table shows.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=RefreshesIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** How often an answer of the prior is used. */
  REUSE(
      Page.Document.TRAINING,
      "Answers of the prior, reused",
      """
      Trainings that use each answer of the prior R times, judged on the same validation pairs with
      the sampler of service: the first ones of the same length, the last one with a third of the
      evaluations of R = 1, which buys it more steps. The gain is over the same network before it is
      trained; the minutes are those of the training.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=ReuseIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** The trainer is killed. */
  TRAINER_KILLS(
      Page.Document.TRAINING,
      "Kills in the middle of a refresh",
      """
      The trainer's process is killed (SIGKILL) at random moments of a refresh and started again, while
      measurements flow; beside it the same refresh without kills.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=TrainerKillsIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Against PyTorch. */
  SPEED(
      Page.Document.TRAINING,
      "Speed of training",
      """
      Steps per second of the shipped adapter network, forward, backward and Adam, on batches that are
      made beforehand; the same network, batch and number of threads in PyTorch (Debian's
      `python3-torch`), in turns in one run.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=TrainingSpeedIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Trainer and service on one machine. */
  BESIDE(
      Page.Document.TRAINING,
      "Trainer and service on one machine",
      """
      Latency of the shipped inpainting task at half of the measured capacity, without a trainer and
      while one trains on the same machine, first with the priority that it takes by default and then
      with that of the service.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=TrainerBesideIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** What the host adds to a step. */
  HOST_SHARE(
      Page.Document.DEVICE,
      "The host's share of a step",
      """
      DiffPIR in batches of 16 images of 256x256 on a prior that answers after 5 ms and leaves the
      processors free meanwhile, as a device would. A step is that of the engine; its share is what goes
      beyond the 5 ms. Beside it what each part takes alone: the proximal points, the rest of the
      h-transform, the fresh noise and the update. Where steps are composed
      ([the device](../device.md#composed-steps)) operator, noise and update are the device's too: the
      last columns are what a step then leaves to the host beside its call (long trajectories less short
      ones, so to a few tenths of a millisecond), its share beside 5 ms, and what a batch of trajectories
      takes at its begin and its end: the first noise, the way to the device and back, mean and deviation.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=HostShareIT -Dfailsafe.failIfNoSpecifiedTests=false"),
  /** Against PyTorch. */
  PYTORCH(
      Page.Document.DEVICE,
      "A whole reconstruction, against PyTorch",
      """
      DiffPIR on the shipped prior of chest CT (`instruments/priors/ct`), images of 256x256, 10 steps,
      4 samples, one thread for the networks: this engine, and the same loop written plainly in PyTorch
      (`diffpir_loop.py`; Debian's `python3-torch`), in turns in one run. The same measurement, timesteps
      and proximal points: in closed form for super-resolution; for CT by conjugate gradients that end by the
      same rule, there plain (up to 300 iterations; ended earlier they are another estimate) and with a sparse
      matrix that is made before the clock starts, here preconditioned. Noise is drawn by each itself, so
      the pictures differ as two seeds do.\
      """,
      "mvn verify -Pbenchmarks -Dit.test=PyTorchIT -Dfailsafe.failIfNoSpecifiedTests=false");

  private static final Path TABLES = Path.of("..", "..", "target", "benchmarks");

  private final Page.Document document;
  private final String title;
  private final String about;
  private final String command;

  Section(String title, String about, String command) {
    this(Page.Document.FAULTS, title, about, command);
  }

  Section(Page.Document document, String title, String about, String command) {
    this.document = document;
    this.title = title;
    this.about = about;
    this.command = command;
  }

  /** The page that it is on. */
  Page.Document document() {
    return document;
  }

  /** Prints what a driver found, and keeps it for the page. */
  public void publish(String markdown) throws IOException {
    System.out.println("\n## " + title + "\n\n" + markdown);
    keep(markdown);
  }

  /** Keeps what a driver has found so far. */
  public void keep(String markdown) throws IOException {
    Files.writeString(file(fileName()), markdown);
  }

  /** A file beside the kept tables, in a directory that exists. */
  static Path file(String name) throws IOException {
    return Files.createDirectories(TABLES).resolve(name);
  }

  /** What a driver found last, if it ran since the last clean build. */
  public Optional<String> found() throws IOException {
    var file = file(fileName());
    return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /** What a short form found is kept apart: a page takes over what long ones found. */
  private String fileName() {
    return name().toLowerCase(java.util.Locale.ROOT)
        + (Form.isForThePage() ? "" : "-short")
        + ".md";
  }

  /** Its heading on the page. */
  String heading() {
    return "## " + title + "\n";
  }

  /** The section of the page. */
  String markdown(String result) {
    return heading() + "\n" + about + "\n\n```sh\n" + command + "\n```\n\n" + result.strip() + "\n";
  }
}
