"""Avro's binary encoding, as much of it as the schemas of Deftstream need, with nothing to install.

A schema is parsed once, and then encodes and decodes values: records and maps are dictionaries, enums
are strings, ``bytes`` stay bytes. What comes from outside is held to bounds before anything is built
of it, so that a few bytes cannot become gigabytes. Logical types are passed over: times are integers.
"""

import json
import struct

MAX_ITEMS = 10_000
"""Most items of maps and arrays, and fields of records, in one value, in all."""

MAX_DEPTH = 64
"""Records, maps, arrays and unions within each other, in values and in schemas."""

MAX_VARINT_BYTES = 10


class AvroError(ValueError):
    """A schema, a value or bytes that are not what they have to be; the message says where."""


class Schema:
    """A parsed schema. Immutable; may be used by many threads."""

    def __init__(self, text):
        """Parses JSON text (or what ``json.loads`` made of it); raises AvroError."""
        try:
            tree = json.loads(text) if isinstance(text, (str, bytes)) else text
        except ValueError as e:
            raise AvroError(f"the schema is not JSON: {e}") from None
        except RecursionError:
            raise AvroError("the schema is nested too deeply") from None
        self._type = _Parser().parse(tree, "", 0)

    @property
    def name(self):
        """The full name of a record, an enum or a fixed; else the name of the type."""
        return getattr(self._type, "name", None) or self._type.kind

    def encode(self, value):
        """Returns the bytes of a value; raises AvroError if it does not fit, naming the field.

        A field that the value lacks has the schema's default; one that the schema lacks is an error.
        """
        out = bytearray()
        self._type.write(out, value, self.name, 0)
        return bytes(out)

    def decode(self, data, start=0):
        """Returns the value at a place of some bytes, which must end with it; raises AvroError."""
        reader = _Reader(data, start)
        value = self._type.read(reader, 0)
        if reader.position != len(data):
            raise AvroError(f"{len(data) - reader.position} bytes are left over behind the value")
        return value


class _Reader:
    """Bytes, how far they have been read, and how many items may still come."""

    def __init__(self, data, start):
        self.data = data
        self.position = start
        self.items_left = MAX_ITEMS

    def take(self, count):
        end = self.position + count
        if count < 0 or end > len(self.data):
            raise AvroError(f"a length of {count} with {len(self.data) - self.position} bytes left")
        piece = bytes(self.data[self.position : end])
        self.position = end
        return piece

    def long(self):
        number = shift = 0
        for _ in range(MAX_VARINT_BYTES):
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                number &= 0xFFFFFFFFFFFFFFFF
                return (number >> 1) ^ -(number & 1)
            shift += 7
        raise AvroError("a number of more than 10 bytes")

    def block(self):
        """The number of items of the next block of a map or an array, 0 at its end."""
        count = self.long()
        if count < 0:
            self.long()
            count = -count
        self.spend(count)
        return count

    def spend(self, count):
        """Counts what is built of the bytes: an item or a field may take none of them."""
        self.items_left -= count
        if self.items_left < 0:
            raise AvroError(f"more than {MAX_ITEMS} items in maps, arrays and records")


def _write_long(out, number):
    number = (number << 1) ^ (number >> 63)
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _deeper(depth):
    if depth >= MAX_DEPTH:
        raise AvroError(f"nested more than {MAX_DEPTH} levels deep")
    return depth + 1


def _misfit(where, wanted, value):
    text = repr(value)
    return AvroError(f"{where} must be {wanted}, got {text if len(text) < 60 else text[:57] + '...'}")


class _Null:
    kind = "null"

    def fits(self, value):
        return value is None

    def write(self, out, value, where, depth):
        if value is not None:
            raise _misfit(where, "None", value)

    def read(self, reader, depth):
        return None


class _Boolean:
    kind = "boolean"

    def fits(self, value):
        return isinstance(value, bool)

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "True or False", value)
        out.append(int(value))

    def read(self, reader, depth):
        return reader.take(1) != b"\0"


class _Integer:
    def __init__(self, kind, bits):
        self.kind = kind
        self.bound = 1 << (bits - 1)

    def fits(self, value):
        return not isinstance(value, bool) and hasattr(value, "__index__")

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a whole number", value)
        try:
            number = value.__index__()
        except TypeError:
            raise _misfit(where, "a whole number", value) from None
        if not -self.bound <= number < self.bound:
            raise _misfit(where, f"within the range of {self.kind}", value)
        _write_long(out, number)

    def read(self, reader, depth):
        number = reader.long()
        if not -self.bound <= number < self.bound:
            raise AvroError(f"{number} is beyond the range of {self.kind}")
        return number


class _Real:
    def __init__(self, kind, form):
        self.kind = kind
        self.form = struct.Struct(form)

    def fits(self, value):
        return not isinstance(value, (bool, str)) and hasattr(value, "__float__")

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a number", value)
        try:
            out += self.form.pack(float(value))
        except (OverflowError, TypeError, ValueError):
            raise _misfit(where, f"within the range of {self.kind}", value) from None

    def read(self, reader, depth):
        return self.form.unpack(reader.take(self.form.size))[0]


class _Bytes:
    kind = "bytes"

    def fits(self, value):
        return isinstance(value, (bytes, bytearray, memoryview))

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "bytes", value)
        data = memoryview(value).cast("B")
        _write_long(out, len(data))
        out += data

    def read(self, reader, depth):
        return reader.take(reader.long())


class _String:
    kind = "string"

    def fits(self, value):
        return isinstance(value, str)

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a string", value)
        try:
            data = value.encode("utf-8")
        except UnicodeEncodeError:
            raise _misfit(where, "text that UTF-8 can hold", value) from None
        _write_long(out, len(data))
        out += data

    def read(self, reader, depth):
        try:
            return reader.take(reader.long()).decode("utf-8")
        except UnicodeDecodeError as e:
            raise AvroError(f"a string is not UTF-8: {e.reason}") from None


class _Fixed:
    kind = "fixed"

    def __init__(self, name, size):
        self.name = name
        self.size = size

    def fits(self, value):
        return isinstance(value, (bytes, bytearray)) and len(value) == self.size

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, f"{self.size} bytes", value)
        out += value

    def read(self, reader, depth):
        return reader.take(self.size)


class _Enum:
    kind = "enum"

    def __init__(self, name, symbols):
        self.name = name
        self.symbols = symbols
        self.places = {symbol: place for place, symbol in enumerate(symbols)}

    def fits(self, value):
        return isinstance(value, str) and value in self.places

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "one of " + ", ".join(self.symbols), value)
        _write_long(out, self.places[value])

    def read(self, reader, depth):
        place = reader.long()
        if not 0 <= place < len(self.symbols):
            raise AvroError(f"symbol {place} of the {len(self.symbols)} of {self.name}")
        return self.symbols[place]


class _Array:
    kind = "array"

    def __init__(self, items):
        self.items = items

    def fits(self, value):
        return isinstance(value, (list, tuple))

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a list", value)
        inner = _deeper(depth)
        if value:
            _write_long(out, len(value))
            for place, item in enumerate(value):
                self.items.write(out, item, f"{where}[{place}]", inner)
        out.append(0)

    def read(self, reader, depth):
        inner = _deeper(depth)
        values = []
        count = reader.block()
        while count:
            values.extend(self.items.read(reader, inner) for _ in range(count))
            count = reader.block()
        return values


class _Map:
    kind = "map"

    def __init__(self, values):
        self.values = values
        self.keys = _String()

    def fits(self, value):
        return isinstance(value, dict)

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a dictionary", value)
        inner = _deeper(depth)
        if value:
            _write_long(out, len(value))
            for key, item in value.items():
                self.keys.write(out, key, f"a key of {where}", inner)
                self.values.write(out, item, f"{where}.{key}", inner)
        out.append(0)

    def read(self, reader, depth):
        inner = _deeper(depth)
        found = {}
        count = reader.block()
        while count:
            for _ in range(count):
                key = self.keys.read(reader, inner)
                found[key] = self.values.read(reader, inner)
            count = reader.block()
        return found


class _Union:
    kind = "union"

    def __init__(self, branches):
        self.branches = branches

    def fits(self, value):
        return any(branch.fits(value) for branch in self.branches)

    def write(self, out, value, where, depth):
        for place, branch in enumerate(self.branches):
            if branch.fits(value):
                _write_long(out, place)
                branch.write(out, value, where, _deeper(depth))
                return
        raise _misfit(where, "one of " + ", ".join(b.kind for b in self.branches), value)

    def read(self, reader, depth):
        place = reader.long()
        if not 0 <= place < len(self.branches):
            raise AvroError(f"branch {place} of a union of {len(self.branches)}")
        return self.branches[place].read(reader, _deeper(depth))


_ABSENT = object()


class _Record:
    kind = "record"

    def __init__(self, name):
        self.name = name
        self.fields = []

    def fits(self, value):
        return isinstance(value, dict)

    def write(self, out, value, where, depth):
        if not self.fits(value):
            raise _misfit(where, "a dictionary", value)
        inner = _deeper(depth)
        unknown = set(value) - {name for name, _, _ in self.fields}
        if unknown:
            raise AvroError(f"{where} has no field {sorted(map(str, unknown))[0]}")
        for name, form, default in self.fields:
            part = value.get(name, default)
            if part is _ABSENT:
                raise AvroError(f"{where} needs the field {name}")
            form.write(out, part, f"{where}.{name}", inner)

    def read(self, reader, depth):
        inner = _deeper(depth)
        reader.spend(len(self.fields))
        return {name: form.read(reader, inner) for name, form, _ in self.fields}


class _Parser:
    _PLAIN = {
        "null": _Null(),
        "boolean": _Boolean(),
        "int": _Integer("int", 32),
        "long": _Integer("long", 64),
        "float": _Real("float", "<f"),
        "double": _Real("double", "<d"),
        "bytes": _Bytes(),
        "string": _String(),
    }

    def __init__(self):
        self.named = {}

    def parse(self, tree, namespace, depth):
        inner = _deeper(depth)
        if isinstance(tree, str):
            return self._by_name(tree, namespace)
        if isinstance(tree, list):
            if not tree:
                raise AvroError("a union of nothing")
            return _Union([self.parse(branch, namespace, inner) for branch in tree])
        if not isinstance(tree, dict):
            raise AvroError(f"a schema is a name, a list or an object, got {type(tree).__name__}")
        kind = tree.get("type")
        if kind == "array":
            return _Array(self.parse(self._part(tree, "items"), namespace, inner))
        if kind == "map":
            return _Map(self.parse(self._part(tree, "values"), namespace, inner))
        if kind in ("record", "enum", "fixed"):
            return self._named(tree, kind, namespace, inner)
        return self.parse(self._part(tree, "type"), namespace, inner)

    def _by_name(self, name, namespace):
        if name in self._PLAIN:
            return self._PLAIN[name]
        for full in (name, f"{namespace}.{name}"):
            if full in self.named:
                return self.named[full]
        raise AvroError(f"the schema names a type {name} that it does not define")

    def _named(self, tree, kind, namespace, depth):
        name = self._part(tree, "name")
        if not isinstance(name, str):
            raise AvroError("the name of a type must be a string")
        space = tree.get("namespace", namespace)
        full = name if "." in name or not space else f"{space}.{name}"
        space = full.rpartition(".")[0]
        if kind == "enum":
            symbols = self._part(tree, "symbols")
            if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
                raise AvroError(f"the symbols of {full} must be a list of names")
            self.named[full] = _Enum(full, symbols)
        elif kind == "fixed":
            size = self._part(tree, "size")
            if not isinstance(size, int) or size < 0:
                raise AvroError(f"the size of {full} must be a number of bytes")
            self.named[full] = _Fixed(full, size)
        else:
            # Known before its fields are read: a record may hold itself.
            record = self.named[full] = _Record(full)
            fields = self._part(tree, "fields")
            if not isinstance(fields, list) or not all(isinstance(f, dict) for f in fields):
                raise AvroError(f"the fields of {full} must be a list of objects")
            for field in fields:
                form = self.parse(self._part(field, "type"), space, depth)
                record.fields.append(
                    (self._part(field, "name"), form, field.get("default", _ABSENT))
                )
        return self.named[full]

    @staticmethod
    def _part(tree, key):
        if key not in tree:
            raise AvroError(f"a schema lacks its '{key}'")
        return tree[key]
