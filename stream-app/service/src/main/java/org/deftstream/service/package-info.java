/**
 * The running service: {@link org.deftstream.service.ReconstructionService} starts the engine, the
 * control plane and Kafka Streams in the right order, says when it is ready, and stops them without
 * losing nearly finished work.
 *
 * <p>It may import everything of the service but the command line.
 */
package org.deftstream.service;
