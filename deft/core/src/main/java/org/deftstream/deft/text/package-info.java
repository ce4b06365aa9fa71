/**
 * Small helpers for what people write: strict reading of JSON objects, canonical JSON, and the
 * nearest known name of a misspelt one. Imports nothing of the other packages.
 */
package org.deftstream.deft.text;
