package org.deftstream.deft.checkpoint;

/**
 * The name of a class or function as a pickle has it. Only a name: nothing is looked up by it.
 *
 * @param name module and class, with a dot between
 */
record PickledClass(String name) {}
