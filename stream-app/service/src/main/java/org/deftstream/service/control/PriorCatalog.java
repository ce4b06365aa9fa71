package org.deftstream.service.control;

import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.prior.Prior;

/**
 * The priors that this instance has. Thread-safe. Whoever made it owns the priors and closes them
 * after everything that was served with them has ended.
 */
public interface PriorCatalog {
  /** A prior by its name. */
  Optional<Prior> find(String name);

  /** Names of all priors. */
  Set<String> names();
}
