/** The service against brokers that ask who is there. */
package org.deftstream.tests.security;
