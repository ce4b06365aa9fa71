/** The weights' file format, and files that are written whole or not at all. */
package org.deftstream.deft.safetensors;
