"""Measurements to Deftstream, reconstructions from it: NumPy in, NumPy out."""

from .avro import AvroError
from .consumer import DeadLetter, Reconstruction, ReconstructionConsumer, UnreadableAnswer
from .producer import DeliveryError, MeasurementProducer
from .registry import RegistryError, SchemaRegistry

__version__ = "0.1.0"

__all__ = [
    "AvroError",
    "DeadLetter",
    "DeliveryError",
    "MeasurementProducer",
    "Reconstruction",
    "ReconstructionConsumer",
    "RegistryError",
    "SchemaRegistry",
    "UnreadableAnswer",
]
