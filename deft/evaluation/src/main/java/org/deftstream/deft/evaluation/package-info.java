/**
 * Methods compared on the same images, measurements and seeds. A {@link
 * org.deftstream.deft.evaluation.Plan} says what is compared, an {@link
 * org.deftstream.deft.evaluation.Evaluation} computes what is missing in a directory, {@link
 * org.deftstream.deft.evaluation.Reports} renders it. A new kind of method is one class, see {@link
 * org.deftstream.deft.evaluation.MethodTypes}.
 */
package org.deftstream.deft.evaluation;
