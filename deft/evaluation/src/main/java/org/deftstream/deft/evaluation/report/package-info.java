/**
 * The report of an evaluation: its figures as records, and as Markdown and as one self-contained
 * HTML page. Renders what it is given and reads no files.
 */
package org.deftstream.deft.evaluation.report;
