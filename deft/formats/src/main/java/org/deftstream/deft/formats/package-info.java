/**
 * Files of images and measurements behind one interface, {@link
 * org.deftstream.deft.formats.ImageFormat}, found by {@link java.util.ServiceLoader}: what is in
 * them, in their own units and with their geometry, with bounded memory whatever they say.
 */
package org.deftstream.deft.formats;
