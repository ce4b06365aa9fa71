/**
 * Random objects of kinds that anybody can draw as many of as they like: what a prior learns from
 * where no pictures of the objects exist. Imports nothing of this project.
 */
package org.deftstream.deft.phantom;
