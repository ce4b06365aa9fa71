/** Priors whose network is a model of ONNX, in ONNX Runtime. */
package org.deftstream.deft.onnx;
