/** The live page of an instance: what it does, as it does it, for a few viewers at a time. */
package org.deftstream.service.live;
