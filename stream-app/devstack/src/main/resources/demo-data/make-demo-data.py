#!/usr/bin/python3
"""Makes the images of `deftstream demo` from two Debian packages.

    apt-get install invesalius-examples dataset-fashion-mnist
    ./make-demo-data.py            # writes the PNG files and index.txt beside this script

Needs nothing but Python 3. The same packages give the same files, byte for byte.
"""
import array
import gzip
import pathlib
import statistics
import struct
import sys
import tarfile
import zlib

CRANIUM = "/usr/share/doc/invesalius-examples/examples/Cranium.inv3"
FASHION = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
FASHION_IMAGES = 128
FASHION_TRAIN = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz"
# The first of the training set that the prior was not trained on.
SHEET_FROM, SHEET_COLUMNS, SHEET_ROWS = 55_000, 40, 50
HERE = pathlib.Path(__file__).resolve().parent


def png(rows):
    """An 8-bit grey PNG from rows of bytes."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def head_ct():
    """Axial slices, 256x256 Hounsfield units -> 64x64 grey, in a brain window.

    The volume is stored with its rows upside down. The window [-40, 120] HU becomes grey 25 to 255,
    as in the training images of the prior, then 4x4 pixels are averaged. Every slice that shows
    head is kept at the scanner's own spacing of 1.5 mm; slices whose grey values have a standard
    deviation under 25 are nearly blank (above the skull) and are left out.
    """
    with tarfile.open(CRANIUM) as tar:
        member = next(m for m in tar.getmembers() if m.name.endswith("matrix.dat"))
        values = array.array("h", tar.extractfile(member).read())
    if sys.byteorder == "big":
        values.byteswap()
    size, block = 256, 4
    side = size // block
    for z in range(len(values) // (size * size)):
        rows = [values[(z * size + r) * size : (z * size + r + 1) * size] for r in range(size)]
        rows.reverse()
        rows = [[25 + 230 * (min(max(v, -40), 120) + 40) / 160 for v in row] for row in rows]
        grey = []
        for r in range(side):
            band = rows[r * block : (r + 1) * block]
            grey.append(
                bytes(
                    round(sum(sum(row[c * block : (c + 1) * block]) for row in band) / block**2)
                    for c in range(side)
                )
            )
        if statistics.pstdev(b"".join(grey)) >= 25:
            yield f"{z:03d}.png", grey


def fashion():
    """The first images of the test set (it is shuffled), 28x28, padded with 0 to 32x32."""
    with gzip.open(FASHION) as file:
        data = file.read()
    _, _, height, width = struct.unpack(">IIII", data[:16])
    for i in range(FASHION_IMAGES):
        image = data[16 + i * height * width : 16 + (i + 1) * height * width]
        rows = [b"\0\0" + image[r * width : (r + 1) * width] + b"\0\0" for r in range(height)]
        blank = bytes(width + 4)
        yield f"{i:03d}.png", [blank, blank, *rows, blank, blank]


def fashion_sheet():
    """Training images that the prior has not seen, 28x28, side by side in one picture."""
    with gzip.open(FASHION_TRAIN) as file:
        data = file.read()
    _, _, height, width = struct.unpack(">IIII", data[:16])
    rows = []
    for band in range(SHEET_ROWS):
        first = SHEET_FROM + band * SHEET_COLUMNS
        for r in range(height):
            starts = (16 + ((first + c) * height + r) * width for c in range(SHEET_COLUMNS))
            rows.append(b"".join(data[at : at + width] for at in starts))
    yield "sheet.png", rows


def write(name, images):
    directory = HERE / name
    directory.mkdir(exist_ok=True)
    names = []
    for file, rows in images:
        (directory / file).write_bytes(png(rows))
        names.append(file)
    (directory / "index.txt").write_text("\n".join(names) + "\n")
    print(f"{name}: {len(names)} images")


write("head-ct-other-scanner", head_ct())
write("fashion-mnist-test", fashion())
write("fashion-mnist-train", fashion_sheet())
