package org.deftstream.deft.tensorflow;

/** Names of the inputs and outputs of the SavedModels that are built here. */
final class Signatures {
  static final String KEY = "serving_default";
  static final String INPUT = "x";
  static final String TIMESTEPS = "t";
  static final String COTANGENT = "v";
  static final String GRADIENT = "g";
  static final String WEIGHTS = "theta";
  static final String OUTPUT = "out";

  private Signatures() {}
}
