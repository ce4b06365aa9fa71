/**
 * Dead letters, read and put back: what the service could not answer, shown to people and, after a
 * fix, sent once more as it came.
 */
package org.deftstream.messaging.deadletter;
