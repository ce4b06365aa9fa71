/** The noise schedule of a prior. */
package org.deftstream.deft.schedule;
