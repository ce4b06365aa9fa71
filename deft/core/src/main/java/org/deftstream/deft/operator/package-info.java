/**
 * The physics of the instruments: forward operators, their exact adjoints and what the samplers
 * need of them. Host arithmetic only; imports images and text helpers, no inference engine.
 *
 * <p>To add an operator, implement {@link org.deftstream.deft.operator.ForwardOperator} and {@link
 * org.deftstream.deft.operator.OperatorFactory} and name the factory in {@code
 * META-INF/services/org.deftstream.deft.operator.OperatorFactory} of your jar.
 */
package org.deftstream.deft.operator;
