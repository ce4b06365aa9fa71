/** The house style of every page that this project writes or serves. */
package org.deftstream.deft.html;
