package org.deftstream.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Under which heading a command that has many options lists those of this mixin. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface OptionHeading {
  /** A word or two. */
  String value();
}
