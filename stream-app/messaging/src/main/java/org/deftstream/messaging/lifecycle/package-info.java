/** Work with a deadline. */
package org.deftstream.messaging.lifecycle;
