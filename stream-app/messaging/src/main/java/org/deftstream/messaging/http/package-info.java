/** A small HTTP server for an instance's own pages: metrics, health, adapters. */
package org.deftstream.messaging.http;
