/** Clients as users write them, and the tests that they work. */
package org.deftstream.tests.clients;
