package org.deftstream.deft.checkpoint;

import static org.deftstream.deft.checkpoint.UnsoundCheckpointException.shown;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.Unpickler;

/**
 * A pickle of tensors, dictionaries, lists, texts and numbers. Everything else that pickles can do
 * is refused before it is done: classes by their names ({@link Constructors}), operations that are
 * not needed, counts that do not fit what is left, keys that are no text or number, and more
 * operations or text than any checkpoint has.
 */
final class TensorPickle extends Unpickler {
  private static final int LONGEST_TEXT = 4 << 20;
  private static final int LONGEST_NAME = 200;
  private static final int HIGHEST = 5;

  private final Constructors constructors;
  private final Function<Object[], Object> storages;
  private PickleInput from;

  /**
   * A reader of one pickle.
   *
   * @param storages makes a storage of the tuple that a pickle names it by
   */
  TensorPickle(Constructors constructors, Function<Object[], Object> storages) {
    this.constructors = constructors;
    this.storages = storages;
  }

  /**
   * Reads one pickle; the input then stands behind it.
   *
   * @throws UnsoundCheckpointException if it is damaged, or holds what is not read
   */
  Object read(PickleInput bytes) throws IOException {
    from = bytes;
    try {
      return load(bytes);
    } catch (UnsoundCheckpointException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UnsoundCheckpointException("the pickle is damaged", e);
    } catch (IOException e) {
      if (bytes.remaining() <= 0) {
        throw new UnsoundCheckpointException("it ends in the middle of a pickle: it was cut", e);
      }
      throw e;
    }
  }

  @Override
  protected Object dispatch(short operation) throws IOException {
    constructors.budget().operation();
    switch (operation) {
      case Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.POP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.BINFLOAT,
          Opcodes.EMPTY_LIST,
          Opcodes.EMPTY_DICT,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.FRAME,
          Opcodes.BINPERSID -> {
        return super.dispatch(operation);
      }
      case Opcodes.PROTO -> {
        if (from.peek(1) < 2 || from.peek(1) > HIGHEST) {
          throw new UnsoundCheckpointException("a pickle of protocol " + from.peek(1));
        }
        return super.dispatch(operation);
      }
      case Opcodes.LONG1, Opcodes.SHORT_BINUNICODE, Opcodes.SHORT_BINSTRING -> {
        return counted(operation, 1);
      }
      case Opcodes.BINUNICODE, Opcodes.BINSTRING -> {
        return counted(operation, 4);
      }
      case Opcodes.SHORT_BINBYTES -> blob(1);
      case Opcodes.BINBYTES -> blob(4);
      case Opcodes.BINBYTES8 -> blob(8);
      case Opcodes.GLOBAL -> stack.add(constructors.named(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        Object name = stack.pop();
        stack.add(constructors.named(name(stack.pop()), name(name)));
      }
      case Opcodes.REDUCE -> {
        Object arguments = stack.pop();
        stack.add(constructors.call(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ -> {
        stack.pop();
        stack.add(constructors.make(stack.pop()));
      }
      case Opcodes.BUILD -> build(stack.pop(), stack.peek());
      case Opcodes.EMPTY_SET -> stack.add(new ArrayList<>());
      case Opcodes.ADDITEMS -> {
        var items = stack.pop_all_since_marker();
        list(stack.peek()).addAll(items);
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        put(stack.pop(), value, stack.peek());
      }
      case Opcodes.SETITEMS -> {
        var items = stack.pop_all_since_marker();
        for (int i = 0; i + 1 < items.size(); i += 2) {
          put(items.get(i), items.get(i + 1), stack.peek());
        }
      }
      default ->
          throw new UnsoundCheckpointException(
              String.format(
                  "the pickle has operation 0x%02x, which no tensor needs; nothing of it was run",
                  operation));
    }
    return NO_RETURN_VALUE;
  }

  /** An operation that a count of bytes follows. */
  private Object counted(short operation, int width) throws IOException {
    long count = from.peek(width);
    if (count > from.remaining() - width || count > LONGEST_TEXT) {
      throw new UnsoundCheckpointException(
          "the pickle claims a text of " + count + " bytes; " + from.remaining() + " are left");
    }
    constructors.budget().text(count);
    return super.dispatch(operation);
  }

  /** Bytes stay where they are: a network's weights may be among them. */
  private void blob(int width) throws IOException {
    long count = from.peek(width);
    if (count < 0 || count > from.remaining() - width) {
      throw new UnsoundCheckpointException(
          "the pickle claims " + count + " bytes; " + from.remaining() + " are left");
    }
    stack.add(from.source().part(from.position() + width, count));
    from.pass(width + count);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = from.read(); c != '\n'; c = from.read()) {
      if (c < 0 || line.length() >= LONGEST_NAME) {
        throw new UnsoundCheckpointException("the pickle has a name without end: it is damaged");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private static String name(Object name) {
    if (name instanceof String known) {
      return known;
    }
    throw new UnsoundCheckpointException("the pickle names a class by no text: it is damaged");
  }

  /** A key that is compared by what it says, whatever else the pickle holds. */
  static Object key(Object key) {
    if (key instanceof String || key instanceof Integer || key instanceof Long) {
      return key;
    }
    throw new UnsoundCheckpointException("a dictionary has a key that is no text or whole number");
  }

  private void put(Object key, Object value, Object target) {
    Object items = target instanceof PickledObject object ? object.state() : target;
    if (items instanceof Map<?, ?>) {
      @SuppressWarnings("unchecked")
      var map = (Map<Object, Object>) items;
      map.put(key(key), value);
    } else {
      throw new UnsoundCheckpointException("an item is put into no dictionary: it is damaged");
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object target) {
    if (target instanceof List<?>) {
      return (List<Object>) target;
    }
    throw new UnsoundCheckpointException("an item is added to no list: it is damaged");
  }

  /** Attributes: kept of an object, passed over of tensors and dictionaries. */
  private static void build(Object state, Object target) {
    if (target instanceof PickledObject object) {
      if (state instanceof Map<?, ?> map) {
        object.state(map);
      }
    } else if (!(target instanceof Map<?, ?> || target instanceof StoredTensor)) {
      throw new UnsoundCheckpointException("a state is given to no object: it is damaged");
    }
  }

  @Override
  protected Object persistentLoad(Object id) {
    if (id instanceof Object[] parts && parts.length >= 5 && "storage".equals(parts[0])) {
      return storages.apply(parts);
    }
    throw new UnsoundCheckpointException("it refers to " + shown(kind(id)) + " outside of it");
  }

  private static String kind(Object value) {
    return value instanceof String text ? "'" + text + "'" : "something";
  }
}
