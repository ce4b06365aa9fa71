"""Sends measurements."""

import datetime
import struct
import time

from confluent_kafka import KafkaError, Producer

from .avro import AvroError
from .registry import SchemaRegistry
from .tensors import to_tensor

MAX_RECORD_BYTES = 16 << 20
"""Largest record, unless topics and service are set up for another (``records.max.bytes``)."""

_PREFIX = struct.Struct(">bI")


class DeliveryError(Exception):
    """Measurements that were sent and not stored, or of which it is not known.

    Send them again under the same id: the same id gives the same image.
    """


class MeasurementProducer:
    """Sends measurements to a service of Deftstream.

    Sending returns as soon as the record has a place in a queue of ``queue_bytes``; ``flush`` and
    leaving a ``with`` block wait until Kafka has stored what was sent, and raise DeliveryError if it
    has not. A record is stored once, and those of one key in the order in which they were sent.

    Belongs to one thread; whoever made it closes it.
    """

    def __init__(
        self,
        bootstrap_servers,
        registry_url,
        topic="measurements",
        *,
        timeout=30.0,
        queue_bytes=64 << 20,
        max_record_bytes=MAX_RECORD_BYTES,
        registry=None,
        config=None,
    ):
        """
        :param bootstrap_servers: for example ``127.0.0.1:9092``
        :param registry_url: for example ``http://127.0.0.1:8081/apis/ccompat/v7``
        :param timeout: seconds to wait for room in the queue, and for what was sent to be stored
        :param queue_bytes: most bytes that wait to be sent
        :param registry: a SchemaRegistry, if it needs a password or certificates
        :param config: further settings of librdkafka (TLS, SASL); they win over those set here
        """
        if timeout <= 0:
            raise ValueError(f"timeout must be more than 0 seconds, got {timeout}")
        self._topic = topic
        self._timeout = timeout
        self._max_record_bytes = max_record_bytes
        self._registry = registry or SchemaRegistry(registry_url, timeout=timeout)
        self._schema = None
        self._failures = 0
        self._first_failure = None
        self._trouble = None
        settings = {
            "bootstrap.servers": bootstrap_servers,
            "acks": "all",
            "enable.idempotence": True,
            # As Kafka's Java clients do, so that a key has one partition, whoever sends.
            "partitioner": "murmur2_random",
            "message.max.bytes": max_record_bytes,
            "queue.buffering.max.kbytes": max(1, queue_bytes >> 10),
            "message.timeout.ms": int(timeout * 1000),
            "error_cb": self._note_trouble,
            # Troubles are raised where they matter; a library does not write to standard error.
            "log_level": 2,
        }
        settings.update(config or {})
        self._producer = Producer(settings)

    def send(
        self,
        id,
        task,
        values,
        *,
        auxiliary=None,
        key=None,
        adapter=None,
        priority=None,
        deadline=None,
        attributes=None,
        captured_at=None,
        scale=None,
        geometry=None,
        headers=None,
    ):
        """Sends one measurement.

        :param id: its name, unique for the producer and the same when it is sent again
        :param task: what was measured, for example ``fashion-32/inpaint``
        :param values: the measured numbers, an array in the shape that the task's operator has
        :param auxiliary: arrays by name that belong to this record, for example ``mask``
        :param key: what shall stay in order, for example a scanner's name; the id if not given
        :param adapter: id of the adapter that must serve it (header ``deft.adapter``)
        :param priority: -100 to 100, higher goes first within its task (header ``deft.priority``)
        :param deadline: a datetime with a time zone, or a timedelta from now, after which the answer
            is of no use: it is a dead letter then (header ``deft.deadline``)
        :param attributes: text by name that is found again in the record
        :param captured_at: when the instrument took it, a datetime with a time zone
        :param scale: a dictionary with slope, intercept, units; values and answer are then physical
        :param geometry: a dictionary with spacing, position, orientation, identifiers
        :param headers: further headers, text or bytes by name; they come back with the answer
        :raises TypeError, ValueError: if something does not fit the schema; nothing was sent
        :raises RegistryError: if the registry does not answer
        :raises DeliveryError: if there is no room in the queue in time, or an earlier one was lost
        """
        record = {
            "id": id,
            "task": task,
            "values": to_tensor(values),
            "auxiliary": {
                name: to_tensor(array, f"auxiliary.{name}") for name, array in (auxiliary or {}).items()
            },
            "attributes": dict(attributes or {}),
            "capturedAt": None if captured_at is None else _millis(captured_at, "captured_at"),
            "scale": scale,
            "geometry": geometry,
        }
        # What was not given is left to the schema's defaults: an older one may lack the field.
        value = self._encoded({name: part for name, part in record.items() if part is not None})
        if len(value) > self._max_record_bytes:
            raise ValueError(
                f"measurement {id} has {len(value)} bytes, but at most {self._max_record_bytes} are"
                " sent: max_record_bytes, and records.max.bytes of the service"
            )
        self._raise_failures()
        self._queue(
            (id if key is None else key).encode("utf-8"),
            value,
            _headers(adapter, priority, deadline, headers),
        )

    def flush(self, timeout=None):
        """Waits until everything is stored; raises DeliveryError if it is not within the time."""
        left = self._producer.flush(self._timeout if timeout is None else timeout)
        self._raise_failures()
        if left:
            raise DeliveryError(f"{left} measurements are not stored yet{self._because()}")

    def close(self):
        """Waits as ``flush`` does, and forgets what could not be stored by then."""
        try:
            self.flush()
        finally:
            self._producer.purge()
            self._producer.flush(1.0)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()
        else:
            self._producer.purge()
            self._producer.flush(1.0)

    def _encoded(self, record):
        if self._schema is None:
            self._schema = self._registry.newest(self._topic + "-value")
        number, schema = self._schema
        try:
            return _PREFIX.pack(0, number) + schema.encode(record)
        except AvroError as e:
            raise ValueError(str(e)) from None

    def _queue(self, key, value, headers):
        until = time.monotonic() + self._timeout
        while True:
            try:
                self._producer.produce(
                    self._topic, value=value, key=key, headers=headers, on_delivery=self._delivered
                )
                self._producer.poll(0)
                return
            except BufferError:
                left = until - time.monotonic()
                if left <= 0:
                    raise DeliveryError(
                        f"no room in the queue for {self._timeout:g} s{self._because()}"
                    ) from None
                self._producer.poll(min(left, 0.1))

    def _delivered(self, error, message):
        if error is not None and error.code() != KafkaError._PURGE_QUEUE:
            self._failures += 1
            self._first_failure = self._first_failure or error.str()

    def _note_trouble(self, error):
        self._trouble = error.str()

    def _because(self):
        return f": {self._trouble}" if self._trouble else ""

    def _raise_failures(self):
        if self._failures:
            failures, reason = self._failures, self._first_failure
            self._failures, self._first_failure = 0, None
            raise DeliveryError(f"{failures} measurements were not stored: {reason}{self._because()}")


def _headers(adapter, priority, deadline, further):
    headers = dict(further or {})
    if adapter is not None:
        headers["deft.adapter"] = adapter
    if priority is not None:
        if not isinstance(priority, int) or not -100 <= priority <= 100:
            raise ValueError(f"priority must be a whole number from -100 to 100, got {priority!r}")
        headers["deft.priority"] = str(priority)
    if deadline is not None:
        if isinstance(deadline, datetime.timedelta):
            deadline = datetime.datetime.now(datetime.timezone.utc) + deadline
        headers["deft.deadline"] = str(_millis(deadline, "deadline"))
    return list(headers.items())


def _millis(moment, name):
    if not isinstance(moment, datetime.datetime) or moment.tzinfo is None:
        raise TypeError(f"{name} must be a datetime with a time zone, got {moment!r}")
    return int(moment.timestamp() * 1000)
