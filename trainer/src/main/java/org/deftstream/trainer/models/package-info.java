/** The files that the trainer's commands and its service read: priors, tasks, networks. */
package org.deftstream.trainer.models;
