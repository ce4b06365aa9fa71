/**
 * The control plane: which tasks an instance serves and by which method, moved at run time by the
 * control topic. The topology sees {@link org.deftstream.service.control.TaskRegistry} only;
 * loading, checking, flipping and draining of adapters happens behind it, on a thread of its own.
 */
package org.deftstream.service.control;
