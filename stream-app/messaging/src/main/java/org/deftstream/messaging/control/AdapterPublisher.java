package org.deftstream.messaging.control;

import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterSignature;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterWeightsChunk;

/**
 * Changes the desired state of tasks. Weights and control record are one Kafka transaction, so a
 * service sees both or neither.
 *
 * <p>A change reads the state, computes the next and writes it. The transactional id is the task's,
 * and it is claimed before the state is read: of two publishers that change one task at the same
 * time, the one that came first is fenced and fails, so no change is lost unseen.
 *
 * <p>Holds nothing open between calls; thread-safe for different tasks.
 */
public final class AdapterPublisher {
  private static final String TRANSACTIONAL_ID = "deftstream-adapters-";
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final PublisherSettings settings;
  private final Optional<PrivateKey> signKey;

  /** A publisher that does not sign; connects with each change. */
  public AdapterPublisher(PublisherSettings settings) {
    this(settings, Optional.empty());
  }

  /**
   * A publisher; connects with each change.
   *
   * @param signKey an Ed25519 key with which adapters are signed
   */
  public AdapterPublisher(PublisherSettings settings, Optional<PrivateKey> signKey) {
    this.settings = settings;
    this.signKey = signKey;
  }

  /**
   * Publishes an adapter's weights and makes the adapter known to its task, without serving it.
   *
   * @throws UserError one line that says why it was not published
   */
  public Published push(AdapterDirectory.Content adapter) {
    return push(adapter, UnaryOperator.identity());
  }

  /** Publishes an adapter and serves it at once, in one transaction. */
  public Published pushStable(AdapterDirectory.Content adapter) {
    String id = adapter.manifest().adapterId();
    return push(adapter, state -> ControlChanges.activate(state, id));
  }

  /** Publishes an adapter and puts it on trial with a share of the measurements. */
  public Published pushCanary(AdapterDirectory.Content adapter, double share) {
    String id = adapter.manifest().adapterId();
    return push(adapter, state -> ControlChanges.canary(state, id, share));
  }

  /**
   * Publishes an adapter and changes its task's state, in one transaction.
   *
   * @param then applied to the state in which the adapter is known
   */
  public Published push(AdapterDirectory.Content adapter, UnaryOperator<AdapterControl> then) {
    var chunks = chunks(adapter.manifest().weightsSha256(), adapter.weightsFile());
    var ref = ref(adapter, chunks.size(), signKey.map(key -> sign(key, adapter)));
    return publish(
        adapter.manifest().task(), chunks, state -> then.apply(ControlChanges.offer(state, ref)));
  }

  /**
   * Changes a task's state.
   *
   * @param change from the state as it is, {@link ControlChanges#initial} if there is none
   * @return the new state, and where it lies
   * @throws UserError one line that says why it was not changed
   */
  public Published change(String task, UnaryOperator<AdapterControl> change) {
    return publish(task, List.of(), change);
  }

  /** Retires a task: services stop serving it. */
  public Published retire(String task) {
    long offset =
        inTransaction(
            task, producer -> producer.send(new ProducerRecord<>(topics().adapters(), task, null)));
    return new Published(ControlChanges.initial(task), offset);
  }

  /** How an adapter is named in a control record. */
  public static AdapterRef ref(AdapterDirectory.Content adapter, int chunks) {
    return ref(adapter, chunks, Optional.empty());
  }

  private static String sign(PrivateKey key, AdapterDirectory.Content adapter) {
    return AdapterSignature.sign(
        key, adapter.manifest().toJson(), adapter.manifest().weightsSha256());
  }

  private static AdapterRef ref(
      AdapterDirectory.Content adapter, int chunks, Optional<String> signature) {
    return new AdapterRef(
        adapter.manifest().adapterId(),
        adapter.manifest().toJson(),
        adapter.manifest().weightsSha256(),
        (long) adapter.weightsFile().length,
        chunks,
        signature.orElse(null));
  }

  /** Cuts a weights file into chunks of {@link Topics#WEIGHTS_CHUNK_BYTES}. */
  public static List<AdapterWeightsChunk> chunks(String sha256, byte[] file) {
    int size = Topics.WEIGHTS_CHUNK_BYTES;
    int count = Math.max(1, (file.length + size - 1) / size);
    var chunks = new ArrayList<AdapterWeightsChunk>(count);
    for (int i = 0; i < count; i++) {
      int from = i * size;
      var data = ByteBuffer.wrap(file, from, Math.min(size, file.length - from)).slice();
      chunks.add(new AdapterWeightsChunk(sha256, i, count, data));
    }
    return chunks;
  }

  private Published publish(
      String task, List<AdapterWeightsChunk> chunks, UnaryOperator<AdapterControl> change) {
    var result = new AdapterControl[1];
    long offset =
        inTransaction(
            task,
            producer -> {
              var states = ControlTopic.read(settings);
              var state = states.getOrDefault(task, ControlChanges.initial(task));
              result[0] = ControlChanges.stamped(change.apply(state), settings.issuedBy());
              try (var weights = settings.serdes().serializer(AdapterWeightsChunk.class);
                  var controls = settings.serdes().serializer(AdapterControl.class)) {
                String weightsTopic = topics().adapterWeights();
                for (var chunk : chunks) {
                  byte[] bytes = RegistryCalls.serialize(weights, weightsTopic, chunk);
                  String key = chunk.getSha256() + "/" + chunk.getIndex();
                  producer.send(new ProducerRecord<>(weightsTopic, key, bytes));
                }
                // Weights that no task refers to any more go with the reference.
                for (var ref : ControlChanges.dropped(state, result[0])) {
                  if (states.entrySet().stream()
                      .noneMatch(e -> !e.getKey().equals(task) && refersTo(e.getValue(), ref))) {
                    for (int i = 0; i < ref.getChunks(); i++) {
                      String key = ref.getWeightsSha256() + "/" + i;
                      producer.send(new ProducerRecord<>(topics().adapterWeights(), key, null));
                    }
                  }
                }
                byte[] bytes = RegistryCalls.serialize(controls, topics().adapters(), result[0]);
                return producer.send(new ProducerRecord<>(topics().adapters(), task, bytes));
              }
            });
    return new Published(result[0], offset);
  }

  private static boolean refersTo(AdapterControl state, AdapterRef ref) {
    return ControlChanges.known(state).values().stream()
        .anyMatch(other -> other.getWeightsSha256().equals(ref.getWeightsSha256()));
  }

  /** Returns the offset of the record whose sending the work returns. */
  private long inTransaction(
      String task, Function<Producer<String, byte[]>, Future<RecordMetadata>> work) {
    var producer =
        new KafkaProducer<>(producer(task), new StringSerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      producer.beginTransaction();
      var sent = work.apply(producer);
      producer.commitTransaction();
      return sent.get().offset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while task " + task + " was changed", e);
    } catch (ExecutionException e) {
      // A commit that went well says that every record of it was written.
      throw new IllegalStateException("committed, and not written: " + e.getCause(), e);
    } catch (SerializationException e) {
      throw new UserError(
          "cannot write the control records of task "
              + task
              + ": "
              + rootMessage(e)
              + "; are the schemas registered? They are by: deftstream topics create",
          e);
    } catch (KafkaException e) {
      throw new UserError(
          "cannot publish for task " + task + " on " + settings.brokers() + ": " + rootMessage(e),
          e);
    } finally {
      // Without a commit this aborts the transaction.
      producer.close(CLOSE_TIMEOUT);
    }
  }

  private Map<String, Object> producer(String task) {
    Map<String, Object> config = new HashMap<>(settings.kafka());
    int timeout = Math.toIntExact(settings.timeout().toMillis());
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, TRANSACTIONAL_ID + task);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, timeout / 2);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return config;
  }

  private Topics topics() {
    return settings.topics();
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null && root.getCause().getMessage() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }
}
