/**
 * Adapters: the fine-tuned h-transforms of DEFT (Denker et al., arXiv 2406.01781, section 3), as
 * data. An adapter is a safetensors file plus a manifest that says what it was made for; {@link
 * org.deftstream.deft.adapter.AdapterVerifier} decides whether the two fit where they are to serve,
 * and {@link org.deftstream.deft.adapter.LearnedHTransform} answers with them. The network itself
 * is behind {@link org.deftstream.deft.adapter.AdapterNetwork}, so this package knows no engine.
 */
package org.deftstream.deft.adapter;
