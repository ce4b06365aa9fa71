/**
 * What serves trying out and is in no production image: a broker and a registry in this process,
 * and the demo. Stands above everything else; its commands are found by {@link
 * java.util.ServiceLoader}.
 */
package org.deftstream.devstack;
