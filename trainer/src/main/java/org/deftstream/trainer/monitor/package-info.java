/** How the trainer is watched: metrics, pages, and its settings from those of the program. */
package org.deftstream.trainer.monitor;
