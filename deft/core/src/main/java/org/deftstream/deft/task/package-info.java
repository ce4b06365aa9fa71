/**
 * A task: a named forward operator with its noise level, bound to one prior, and how it is sampled
 * before and after an adapter is there. Read from and written to JSON.
 */
package org.deftstream.deft.task;
