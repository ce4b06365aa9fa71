"""Between NumPy's arrays and the tensors of the records: a type, a shape, little-endian bytes."""

import math

import numpy as np

from .avro import AvroError

_TYPES = {
    "FLOAT32": np.dtype("<f4"),
    "FLOAT64": np.dtype("<f8"),
    "INT16": np.dtype("<i2"),
    "UINT8": np.dtype("u1"),
}
_NAMES = {kind: name for name, kind in _TYPES.items()}

MAX_RANK = 8
"""Most axes of a tensor."""


def to_tensor(array, name="values"):
    """Packs an array of float32, float64, int16 or uint8; booleans become 0 and 1 of uint8, float16
    becomes float32. Other types are refused, because they would lose digits without a word.

    Raises TypeError or ValueError, which name the array.
    """
    array = np.asarray(array)
    if array.dtype == np.bool_:
        array = array.astype("u1")
    elif array.dtype == np.float16:
        array = array.astype("<f4")
    kind = array.dtype.newbyteorder("<")
    if kind not in _NAMES:
        raise TypeError(
            f"{name} is of type {array.dtype}, but must be float32, float64, int16 or uint8:"
            f" {name}.astype('float32') makes it so"
        )
    if not 1 <= array.ndim <= MAX_RANK or array.size == 0:
        raise ValueError(f"{name} has the shape {array.shape}, but must have 1 to {MAX_RANK} axes, none empty")
    data = np.ascontiguousarray(array, dtype=kind)
    return {"dtype": _NAMES[kind], "shape": list(array.shape), "data": data.tobytes()}


def to_array(tensor):
    """Unpacks a tensor into an array of its own type and shape, which may be written to.

    Raises AvroError if type, shape and bytes do not fit together.
    """
    kind = _TYPES.get(tensor["dtype"])
    shape = tensor["shape"]
    if kind is None:
        raise AvroError(f"a tensor of type {tensor['dtype']} is not known here")
    if not 1 <= len(shape) <= MAX_RANK or min(shape) < 1:
        raise AvroError(f"a tensor of the shape {shape[:MAX_RANK]}")
    if math.prod(shape) * kind.itemsize != len(tensor["data"]):
        raise AvroError(f"a tensor of {tensor['dtype']} {shape} with {len(tensor['data'])} bytes")
    return np.frombuffer(tensor["data"], kind).reshape(shape).copy()
