/** A real browser, for the pages. */
package org.deftstream.tests.browser;
