/**
 * Topics, schemas and consumer groups as an administrator sees them. Knows Kafka and the registry,
 * and nothing of the service.
 */
package org.deftstream.messaging.admin;
