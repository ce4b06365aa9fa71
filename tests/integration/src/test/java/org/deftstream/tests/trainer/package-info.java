/** Labelled pairs on their way in, and published adapters as anybody can see them. */
package org.deftstream.tests.trainer;
