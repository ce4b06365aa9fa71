package org.deftstream.tests.platform;

import org.testcontainers.utility.DockerImageName;

/** The images that the container suite runs, under the names that {@code docker/} gives them. */
final class Images {
  static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.3.1");
  static final DockerImageName REGISTRY =
      DockerImageName.parse("apicurio/apicurio-registry-mem:2.6.13.Final");
  static final DockerImageName SERVICE = DockerImageName.parse("deftstream/service:latest");

  private Images() {}
}
