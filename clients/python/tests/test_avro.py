"""The codec by itself, on the schemas of the repository: what comes out went in, and what is no value
is refused in one line and in little memory."""
import json
import pathlib
import random
import tracemalloc
import unittest

import numpy as np
from deftstream.avro import MAX_ITEMS, AvroError, Schema
from deftstream.producer import _headers
from deftstream.registry import SchemaRegistry
from deftstream.tensors import to_array, to_tensor

AVSC = pathlib.Path(__file__).parents[3] / "schemas" / "src" / "main" / "avro"


def schema(name):
    """A schema with the types that it names written into it, as the registry has it."""
    seen = set()

    def whole(tree):
        if isinstance(tree, str) and (AVSC / f"{tree}.avsc").exists() and tree not in seen:
            seen.add(tree)
            return whole(json.loads((AVSC / f"{tree}.avsc").read_text()))
        if isinstance(tree, list):
            return [whole(each) for each in tree]
        if isinstance(tree, dict):
            return {
                key: whole(part) if key in ("type", "items", "values", "fields") else part
                for key, part in tree.items()
            }
        return tree

    return Schema(json.dumps(whole(name)))


def measurement():
    return {
        "id": "m-1",
        "task": "fashion-32/inpaint",
        "values": to_tensor(np.arange(12, dtype="f4").reshape(3, 4)),
        "auxiliary": {"mask": to_tensor(np.ones((3, 4), bool))},
        "capturedAt": -1,
        "attributes": {"site": "Zürich"},
        "scale": {"slope": 2048.0, "intercept": 1024.0, "units": "HU"},
        "geometry": {
            "spacing": [0.5, 0.25],
            "position": [],
            "orientation": [],
            "identifiers": {"StudyInstanceUID": "1.2.3"},
        },
    }


class CodecTest(unittest.TestCase):
    def test_should_give_back_what_was_encoded(self):
        form = schema("Measurement")
        self.assertEqual(form.decode(form.encode(measurement())), measurement())

    def test_should_write_what_the_specification_says(self):
        for number, expected in ((0, "00"), (-1, "01"), (1, "02"), (-64, "7f"), (64, "8001")):
            self.assertEqual(Schema('"long"').encode(number).hex(), expected)
        for number in (2**63 - 1, -(2**63), 2**31, -(2**31) - 1):
            self.assertEqual(Schema('"long"').decode(Schema('"long"').encode(number)), number)
        self.assertEqual(Schema('"string"').encode("foo").hex(), "06666f6f")
        self.assertEqual(Schema('{"type":"array","items":"long"}').encode([3, 27]).hex(), "04063600")

    def test_should_read_blocks_with_their_sizes(self):
        self.assertEqual(
            Schema('{"type":"array","items":"long"}').decode(bytes.fromhex("0304063600")), [3, 27]
        )

    def test_should_take_defaults_for_what_is_not_given(self):
        form = schema("Measurement")
        short = {name: measurement()[name] for name in ("id", "task", "values")}
        read = form.decode(form.encode(short))
        self.assertEqual((read["auxiliary"], read["scale"], read["attributes"]), ({}, None, {}))

    def test_should_name_the_field_that_does_not_fit(self):
        form = schema("Measurement")
        wrong = {
            "id": (7, "Measurement.id must be a string, got 7"),
            "values": ({"dtype": "FLOAT32", "shape": [1.5], "data": b""}, "values.shape[0] must be"),
            "scale": ({"slope": "steep"}, "Measurement.scale.slope must be a number"),
            "capturedAt": (2**63, "capturedAt must be within the range of long"),
        }
        for field, (value, message) in wrong.items():
            with self.assertRaises(AvroError) as caught:
                form.encode({**measurement(), field: value})
            self.assertIn(message, str(caught.exception))
        with self.assertRaisesRegex(AvroError, "has no field maks"):
            form.encode({**measurement(), "maks": 1})
        with self.assertRaisesRegex(AvroError, "needs the field task"):
            form.encode({"id": "m-1", "values": measurement()["values"]})

    def test_should_refuse_ten_thousand_changed_values_and_nothing_else(self):
        form, whole, dice = schema("Measurement"), schema("Measurement").encode(measurement()), random.Random(1)
        read = refused = 0
        for _ in range(10_000):
            data = bytearray(whole)
            for _ in range(dice.randint(1, 4)):
                place = dice.randrange(len(data))
                data[place : place + dice.randint(0, 2)] = dice.randbytes(dice.randint(0, 2))
            try:
                form.decode(bytes(data))
                read += 1
            except AvroError as e:
                self.assertNotIn("\n", str(e))
                refused += 1
        print(f"changed values: {read} read, {refused} refused in one line, nothing else")
        self.assertGreater(min(read, refused), 100)

    def test_should_not_build_what_a_few_bytes_promise(self):
        bombs = {
            '{"type":"array","items":"null"}': Schema('"long"').encode(2**40) + b"\0",
            '"bytes"': Schema('"long"').encode(2**40),
            '{"type":"map","values":"null"}': Schema('"long"').encode(MAX_ITEMS + 1) + b"\0" * 20_000,
            '{"type":"record","name":"R","fields":[{"name":"again","type":["R","null"]}]}': b"\0" * 500,
            json.dumps({"type": "array", "items": {"type": "record", "name": "Wide", "fields": [
                {"name": f"f{i}", "type": "null"} for i in range(1000)]}}): Schema('"long"').encode(9999) + b"\0",
        }
        for text, data in bombs.items():
            form = Schema(text)
            tracemalloc.start()
            with self.assertRaises(AvroError):
                form.decode(data)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertLess(peak, 4 << 20, text[:60])

    def test_should_refuse_what_is_no_schema(self):
        for text in ("", "{", "[]", "7", '"strin"', '{"type":"record","name":"R"}', "[" * 100_000,
                     '{"type":"enum","name":"E","symbols":7}', '{"type":"array"}',
                     '{"type":' * 200 + '"int"' + "}" * 200):
            with self.assertRaises(AvroError):
                Schema(text)


class TensorTest(unittest.TestCase):
    def test_should_keep_types_shapes_and_numbers(self):
        for kind in ("f4", ">f4", "f8", "i2", "u1"):
            array = np.arange(24).reshape(2, 3, 4).astype(kind)
            for each in (array, array.transpose(2, 0, 1), array[:, ::-1]):
                back = to_array(to_tensor(each))
                np.testing.assert_array_equal(back, each)
                self.assertEqual(back.dtype, each.dtype.newbyteorder("<"))
        self.assertEqual(to_tensor(np.array([True, False]))["data"], b"\1\0")

    def test_should_refuse_what_would_lose_digits_or_is_empty(self):
        for array in (np.arange(3), np.zeros(3, complex), np.array(["a"]), np.array([None])):
            with self.assertRaisesRegex(TypeError, "mask is of type"):
                to_tensor(array, "mask")
        for array in (np.float32(1), np.zeros((3, 0), "f4"), np.zeros((1,) * 9, "f4")):
            with self.assertRaisesRegex(ValueError, "has the shape"):
                to_tensor(array)

    def test_should_refuse_shapes_that_do_not_fit_their_bytes(self):
        for shape in ([2], [], [-1, -1], [0], [2**31 - 1] * 8):
            with self.assertRaises(AvroError):
                to_array({"dtype": "FLOAT32", "shape": shape, "data": b"\0" * 4})


class ArgumentTest(unittest.TestCase):
    def test_should_refuse_what_the_service_would_refuse(self):
        for priority in (101, -101, 1.5, "high"):
            with self.assertRaisesRegex(ValueError, "priority must be"):
                _headers(None, priority, None, None)
        with self.assertRaisesRegex(TypeError, "time zone"):
            import datetime
            _headers(None, None, datetime.datetime(2030, 1, 1), None)

    def test_should_not_take_a_password_within_the_address(self):
        for address in ("localhost:8081", "ftp://host", "http://user:secret@host"):
            with self.assertRaises(ValueError) as caught:
                SchemaRegistry(address)
            self.assertNotIn("secret", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
