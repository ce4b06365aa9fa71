package org.deftstream.service.ledger;

import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** A store in memory that counts its writes. */
final class MapStore implements KeyValueStore<String, byte[]> {
  private final TreeMap<String, byte[]> values = new TreeMap<>();
  private int writes;

  int writes() {
    return writes;
  }

  @Override
  public void put(String key, byte[] value) {
    writes++;
    values.put(key, value);
  }

  @Override
  public byte[] get(String key) {
    return values.get(key);
  }

  @Override
  public byte[] putIfAbsent(String key, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putAll(List<KeyValue<String, byte[]>> entries) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] delete(String key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> range(String from, String to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValueIterator<String, byte[]> all() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long approximateNumEntries() {
    return values.size();
  }

  @Override
  public String name() {
    return LedgerStore.NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {}

  @Override
  public void close() {}

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
