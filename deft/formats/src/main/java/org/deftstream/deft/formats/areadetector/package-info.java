/** Images as EPICS' area detectors send them at the European Spallation Source. */
package org.deftstream.deft.formats.areadetector;
