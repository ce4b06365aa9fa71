package org.deftstream.cli;

import java.util.function.UnaryOperator;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A change of a task's state that can be taken back while nobody else has changed the state: an
 * adapter that an instance refuses must not stay in the record as what is to serve. Used once; not
 * thread-safe.
 */
final class ReversibleChange implements UnaryOperator<AdapterControl> {
  private static final Logger LOG = LoggerFactory.getLogger(ReversibleChange.class);

  private final UnaryOperator<AdapterControl> change;
  private AdapterControl before;
  private AdapterControl after;

  ReversibleChange(UnaryOperator<AdapterControl> change) {
    this.change = change;
  }

  @Override
  public AdapterControl apply(AdapterControl state) {
    before = AdapterControl.newBuilder(state).build();
    after = change.apply(state);
    return after;
  }

  /**
   * Takes the change back; an adapter that it made known stays known.
   *
   * @return whether the record is as it was
   */
  boolean undo(AdapterPublisher publisher) {
    try {
      publisher.change(after.getTask(), this::undone);
      return true;
    } catch (UserError e) {
      LOG.warn("the record of task {} is not put back: {}", after.getTask(), e.getMessage());
      return false;
    }
  }

  private AdapterControl undone(AdapterControl now) {
    // Who asked, and when, is stamped on what was published.
    var same =
        AdapterControl.newBuilder(after)
            .setIssuedAt(now.getIssuedAt())
            .setIssuedBy(now.getIssuedBy())
            .build();
    if (!now.equals(same)) {
      throw new UserError("it was changed by " + now.getIssuedBy() + " meanwhile");
    }
    // A new description of an adapter that was known goes, too.
    var known = ControlChanges.known(before);
    var available =
        now.getAvailable().stream()
            .map(ref -> known.getOrDefault(ref.getAdapterId(), ref))
            .toList();
    return AdapterControl.newBuilder(before).setAvailable(available).build();
  }
}
