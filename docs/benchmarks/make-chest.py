#!/usr/bin/env python3
"""Chest CT as pictures of another anatomy, for the plan robustness: uncompressed little-endian DICOM slices of
512x512, in a zip or a folder, averaged 8x8 to 64x64, clipped to -160 to 240 HU, as 8-bit PNG.

usage: make-chest.py SLICES OUT
"""
import pathlib
import struct
import sys
import zipfile
import zlib

import numpy as np

LONG = {b"OB", b"OW", b"OF", b"SQ", b"UT", b"UN"}
WANTED = {
    (0x0028, 0x0010): "rows",
    (0x0028, 0x0011): "columns",
    (0x0028, 0x0103): "signed",
    (0x0028, 0x1052): "intercept",
    (0x0028, 0x1053): "slope",
    (0x7FE0, 0x0010): "pixels",
}


def elements(data):
    """The elements of a data set: group 2 is always explicit, the rest as the transfer syntax says."""
    at, implicit, found = 132, False, {}
    while at + 8 <= len(data):
        group, element = struct.unpack_from("<HH", data, at)
        explicit = group == 2 or not implicit
        if explicit:
            kind = data[at + 4 : at + 6]
            if kind in LONG:
                (length,) = struct.unpack_from("<I", data, at + 8)
                at += 12
            else:
                (length,) = struct.unpack_from("<H", data, at + 6)
                at += 8
        else:
            (length,) = struct.unpack_from("<I", data, at + 4)
            at += 8
        if length == 0xFFFFFFFF:
            at = skip_sequence(data, at)
            continue
        value = data[at : at + length]
        at += length
        if (group, element) == (0x0002, 0x0010):
            implicit = value.rstrip(b"\0 ") == b"1.2.840.10008.1.2"
        if (group, element) in WANTED:
            found[WANTED[group, element]] = value
    return found


def skip_sequence(data, at):
    """Behind a sequence of undefined length: no slice has one inside of another."""
    end = data.index(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0), at)
    return end + 8


def picture(data):
    found = elements(data)
    rows, columns, signed = (struct.unpack("<H", found[name])[0] for name in ("rows", "columns", "signed"))
    stored = np.frombuffer(found["pixels"][: 2 * rows * columns], "<i2" if signed else "<u2").reshape(rows, columns)
    hu = stored * float(found.get("slope", b"1")) + float(found.get("intercept", b"0"))
    small = hu.clip(-160, 240).reshape(64, rows // 64, 64, columns // 64).mean((1, 3))
    return np.rint((small + 160) / 400 * 255).astype(np.uint8)


def png(image):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = image.shape
    lines = b"".join(b"\0" + row.tobytes() for row in image)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def slices(source):
    if source.is_dir():
        for file in sorted(f for f in source.rglob("*") if f.is_file()):
            yield file.name, file.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            yield name, archive.read(name)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, data in slices(pathlib.Path(sys.argv[1])):
        if data[128:132] == b"DICM":
            (out / f"{count:04d}.png").write_bytes(png(picture(data)))
            count += 1
    print(f"{count} slices in {out}")


if __name__ == "__main__":
    main()
