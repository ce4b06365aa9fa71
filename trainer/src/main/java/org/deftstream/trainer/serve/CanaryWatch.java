package org.deftstream.trainer.serve;

/** Adapters that are on trial, and what becomes of them. Used by one thread. */
interface CanaryWatch extends AutoCloseable {
  /** No adapter is ever on trial. */
  CanaryWatch NONE =
      new CanaryWatch() {
        @Override
        public void follow() {}

        @Override
        public void close() {}
      };

  /**
   * Looks at the trials; returns soon.
   *
   * @throws org.deftstream.deft.UserError if Kafka does not answer; it can be tried again
   */
  void follow();

  @Override
  void close();
}
