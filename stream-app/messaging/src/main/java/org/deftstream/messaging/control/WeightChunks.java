package org.deftstream.messaging.control;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterWeightsChunk;

/**
 * Puts the chunks of one weights file together. Chunks may come in any order and more than once;
 * what does not belong to the file is refused before it takes memory. Not thread-safe.
 */
final class WeightChunks {
  private final AdapterRef ref;
  private final byte[][] chunks;
  private long bytes;

  /**
   * An empty file.
   *
   * @param ref what the chunks must make
   * @param maxBytes largest file that is accepted
   * @throws AdapterRefusedException if the reference itself cannot be right
   */
  WeightChunks(AdapterRef ref, long maxBytes) {
    if (ref.getWeightsBytes() < 1 || ref.getWeightsBytes() > maxBytes) {
      throw refused(
          ref,
          "announces "
              + ref.getWeightsBytes()
              + " bytes of weights; 1 to "
              + maxBytes
              + " are accepted");
    }
    if (ref.getChunks() < 1 || ref.getChunks() > ref.getWeightsBytes()) {
      throw refused(
          ref,
          "announces "
              + ref.getChunks()
              + " chunks for "
              + ref.getWeightsBytes()
              + " bytes; 1 chunk or more, none of them empty, are expected");
    }
    if (ref.getChunks() > 65_536) {
      throw refused(ref, "announces " + ref.getChunks() + " chunks; at most 65536 are accepted");
    }
    this.ref = ref;
    this.chunks = new byte[ref.getChunks()][];
  }

  /** Indices of the chunks that have not come yet. */
  List<Integer> missing() {
    var missing = new ArrayList<Integer>();
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] == null) {
        missing.add(i);
      }
    }
    return missing;
  }

  /**
   * Takes one chunk.
   *
   * @param index index by the record's key
   * @throws AdapterRefusedException if the chunk contradicts its key or the reference
   */
  void add(int index, AdapterWeightsChunk chunk) {
    if (!chunk.getSha256().equals(ref.getWeightsSha256()) || chunk.getIndex() != index) {
      throw refused(
          ref,
          "has a weights chunk that calls itself "
              + chunk.getSha256()
              + "/"
              + chunk.getIndex()
              + " under the key "
              + ref.getWeightsSha256()
              + "/"
              + index);
    }
    if (index < 0 || index >= chunks.length || chunk.getCount() != chunks.length) {
      throw refused(
          ref,
          "has weights chunk "
              + index
              + " of "
              + chunk.getCount()
              + "; the control record announces "
              + chunks.length
              + " chunks");
    }
    int length = chunk.getData().remaining();
    bytes += length - (chunks[index] == null ? 0 : chunks[index].length);
    if (bytes > ref.getWeightsBytes()) {
      throw refused(
          ref,
          "has chunks of more than the "
              + ref.getWeightsBytes()
              + " bytes that the control record"
              + " announces");
    }
    chunks[index] = new byte[length];
    chunk.getData().duplicate().get(chunks[index]);
  }

  /**
   * The whole file.
   *
   * @throws AdapterRefusedException if length or checksum are not those of the reference
   */
  byte[] join() {
    if (bytes != ref.getWeightsBytes()) {
      throw refused(
          ref,
          "has chunks of "
              + bytes
              + " bytes; the control record announces "
              + ref.getWeightsBytes());
    }
    var out = new ByteArrayOutputStream(Math.toIntExact(bytes));
    for (byte[] chunk : chunks) {
      out.writeBytes(chunk);
    }
    byte[] file = out.toByteArray();
    String sha256 = AdapterVerifier.sha256(file);
    if (!sha256.equals(ref.getWeightsSha256())) {
      throw refused(
          ref,
          "has chunks with SHA-256 "
              + sha256
              + "; the control record announces "
              + ref.getWeightsSha256());
    }
    return file;
  }

  private static AdapterRefusedException refused(AdapterRef ref, String reason) {
    return new AdapterRefusedException("adapter " + ref.getAdapterId() + " " + reason);
  }
}
