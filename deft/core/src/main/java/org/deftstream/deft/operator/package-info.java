/**
 * What every forward operator is: the measurement, its exact adjoint and what the samplers need of
 * it. The instruments themselves are in the packages below, one a family. Host arithmetic only;
 * imports images, linear algebra and text helpers, no inference engine.
 *
 * <p>To add an operator, implement {@link org.deftstream.deft.operator.ForwardOperator} and {@link
 * org.deftstream.deft.operator.OperatorFactory} and name the factory in {@code
 * META-INF/services/org.deftstream.deft.operator.OperatorFactory} of your jar.
 */
package org.deftstream.deft.operator;
