"""Reads reconstructions and dead letters."""

import dataclasses
import struct
import time
from typing import Optional

import numpy as np
from confluent_kafka import Consumer, KafkaError, KafkaException

from .avro import AvroError
from .producer import MAX_RECORD_BYTES
from .registry import RegistryError, SchemaRegistry
from .tensors import to_array

_PREFIX = struct.Struct(">bI")
_RECORD = "org.deftstream.schemas.avro.Reconstruction"
_FETCHED_BYTES = 32 << 20


class UnreadableAnswer(Exception):
    """A record that is no answer, with ``topic``, ``partition``, ``offset``; the next poll goes on
    behind it."""

    def __init__(self, message, source):
        super().__init__(
            f"{source.topic()}-{source.partition()} at offset {source.offset()}: {message}"
        )
        self.topic, self.partition, self.offset = source.topic(), source.partition(), source.offset()


@dataclasses.dataclass(frozen=True)
class Reconstruction:
    """The answer to one measurement.

    ``mean`` and ``standard_deviation`` (None for a single sample) are arrays of height, width and
    channels; ``provenance`` says how they came to be (method, adapterId, residual, seed and more).
    Look at ``residual_out_of_range`` before the image is used: True says that the measurement is not
    like those that the adapter was validated on; None that no range is known. ``deviation_factor`` says
    by what the deviation of the samples was multiplied, None if by nothing.
    """

    measurement_id: str
    task: str
    mean: np.ndarray
    standard_deviation: Optional[np.ndarray]
    samples: int
    provenance: dict
    residual_out_of_range: Optional[bool]
    deviation_factor: Optional[float]
    scale: Optional[dict]
    geometry: Optional[dict]
    key: Optional[bytes]
    headers: dict
    partition: int
    offset: int


@dataclasses.dataclass(frozen=True)
class DeadLetter:
    """A measurement that could not be answered: ``reason`` is a name to count by, ``message`` says
    what was wrong and what would be right, ``value`` is the record as it came (None if it is gone)."""

    reason: str
    message: str
    stage: str
    key: Optional[bytes]
    value: Optional[bytes]
    headers: dict
    partition: int
    offset: int


class ReconstructionConsumer:
    """Reads committed answers: reconstructions, and dead letters where their topic is named.

    An answer counts as handled when the next one is asked for, on ``commit``, and when a ``with``
    block is left in order. Whoever reads in the same ``group`` later goes on behind it; what was
    handed out and not handled comes again.

    Belongs to one thread; whoever made it closes it.
    """

    def __init__(
        self,
        bootstrap_servers,
        registry_url,
        topic="reconstructions",
        dead_letters="measurements.dlq",
        *,
        group,
        from_beginning=True,
        timeout=30.0,
        max_record_bytes=MAX_RECORD_BYTES,
        registry=None,
        config=None,
    ):
        """
        :param bootstrap_servers: for example ``127.0.0.1:9092``
        :param registry_url: for example ``http://127.0.0.1:8081/apis/ccompat/v7``
        :param dead_letters: the topic of dead letters, None not to read it
        :param group: consumer group; readers of one group share the answers
        :param from_beginning: where a group begins that has read nothing yet
        :param timeout: seconds to wait for the registry and for a commit
        :param registry: a SchemaRegistry, if it needs a password or certificates
        :param config: further settings of librdkafka (TLS, SASL); they win over those set here
        """
        self._registry = registry or SchemaRegistry(registry_url, timeout=timeout)
        self._topic = topic
        self._dead_letters = dead_letters
        self._handed = None
        self._waiting = None
        self._trouble = None
        settings = {
            "bootstrap.servers": bootstrap_servers,
            "group.id": group,
            # Answers come in transactions.
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest" if from_beginning else "latest",
            "enable.auto.offset.store": False,
            "fetch.message.max.bytes": max_record_bytes,
            "fetch.max.bytes": max(_FETCHED_BYTES, max_record_bytes),
            "receive.message.max.bytes": max(_FETCHED_BYTES, max_record_bytes) + (1 << 20),
            "queued.max.messages.kbytes": _FETCHED_BYTES >> 10,
            "error_cb": self._note_trouble,
            "log_level": 2,
        }
        settings.update(config or {})
        self._consumer = Consumer(settings)
        self._consumer.subscribe([topic] + ([dead_letters] if dead_letters else []))

    def poll(self, timeout=1.0):
        """Returns the next Reconstruction or DeadLetter, or None if none comes within the seconds.

        :raises UnreadableAnswer: for a record that is no answer; call again for the next
        :raises RegistryError: if the registry does not answer; call again for the same record
        :raises KafkaException: for what Kafka will not do, a missing topic or right for instance
        """
        self._handled()
        message, self._waiting = self._waiting, None
        if message is None:
            message = self._consumer.poll(timeout)
        if message is None:
            return None
        if message.error() is not None:
            raise KafkaException(message.error())
        try:
            answer = (
                _dead_letter(message)
                if message.topic() == self._dead_letters
                else self._reconstruction(message)
            )
        except RegistryError as e:
            if e.missing:
                self._handed = message
                raise UnreadableAnswer(str(e), message) from None
            self._waiting = message
            raise
        except (AvroError, KeyError) as e:
            self._handed = message
            raise UnreadableAnswer(str(e), message) from None
        self._handed = message
        return answer

    def answers(self, timeout=60.0):
        """Yields answers as they come, and raises TimeoutError when none has come for the seconds."""
        until = time.monotonic() + timeout
        while True:
            answer = self.poll(min(1.0, max(0.0, until - time.monotonic())))
            if answer is not None:
                yield answer
                until = time.monotonic() + timeout
            elif time.monotonic() >= until:
                because = f": {self._trouble}" if self._trouble else ""
                raise TimeoutError(f"no answer within {timeout:g} s{because}")

    def commit(self):
        """Notes in Kafka that everything handed out is handled; returns when that is stored."""
        self._handled()
        try:
            self._consumer.commit(asynchronous=False)
        except KafkaException as e:
            if e.args[0].code() != KafkaError._NO_OFFSET:
                raise

    def close(self):
        """Leaves the group; what was handed out last and not handled comes again."""
        self._consumer.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def _handled(self):
        handed, self._handed = self._handed, None
        if handed is None:
            return
        try:
            self._consumer.store_offsets(handed)
        except KafkaException as e:
            # Another of the group has the partition now, and reads it again.
            if e.args[0].code() not in (KafkaError._STATE, KafkaError._UNKNOWN_PARTITION):
                raise

    def _note_trouble(self, error):
        self._trouble = error.str()

    def _reconstruction(self, message):
        value = message.value()
        if value is None or len(value) < _PREFIX.size or value[0] != 0:
            raise AvroError("the value does not begin as one of a schema registry does")
        schema = self._registry.by_id(_PREFIX.unpack_from(value)[1])
        if schema.name != _RECORD:
            raise AvroError(f"the value is a {schema.name}, not a reconstruction")
        record = schema.decode(value, _PREFIX.size)
        deviation = record.get("standardDeviation")
        return Reconstruction(
            measurement_id=record["measurementId"],
            task=record["task"],
            mean=to_array(record["mean"]),
            standard_deviation=None if deviation is None else to_array(deviation),
            samples=record["samples"],
            provenance=record["provenance"],
            residual_out_of_range=record.get("residualOutOfRange"),
            deviation_factor=record.get("deviationFactor"),
            scale=record.get("scale"),
            geometry=record.get("geometry"),
            key=message.key(),
            headers=dict(message.headers() or ()),
            partition=message.partition(),
            offset=message.offset(),
        )


def _dead_letter(message):
    headers = dict(message.headers() or ())

    def text(name):
        return (headers.get("deft.error." + name) or b"").decode("utf-8", "replace")

    return DeadLetter(
        reason=text("class"),
        message=text("message"),
        stage=text("stage"),
        key=message.key(),
        value=message.value(),
        headers=headers,
        partition=message.partition(),
        offset=message.offset(),
    )
