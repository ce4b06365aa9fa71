/** Image shapes, and pictures for people to look at. */
package org.deftstream.deft.image;
