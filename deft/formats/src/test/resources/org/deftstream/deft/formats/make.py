"""Makes the small HDF5 and MAT files that the tests read; needs h5py and scipy."""

import h5py
import numpy as np
import scipy.io

image = np.arange(35, dtype="<f4").reshape(5, 7)

with h5py.File("chunks.h5", "w", track_order=False) as f:
    f.create_dataset("scan/packed", data=image, chunks=(2, 3), compression=4, shuffle=True, fletcher32=True)
    f.create_dataset("scan/counts", data=(image[:, :, None] * [1, 10]).astype(">u2"), chunks=(5, 7, 1))
    f.create_dataset("scan/complex", data=(image + 2j * image).astype("<c8"))
    f.create_dataset("scan/half", data=image.astype("<f2"))
    f.create_dataset("scan/sparse", shape=(5, 7), dtype="<f4", chunks=(5, 4))[:, :4] = image[:, :4]
    f["scan/name"] = "text is passed over"

with h5py.File("exchange.h5", "w", libver="latest") as f:
    views, rows, columns = 4, 2, 6
    white = 1000 + 10 * np.arange(rows * columns).reshape(rows, columns)
    lines = np.linspace(0, 2, views * rows * columns).reshape(views, rows, columns)
    f["exchange/data"] = (10 + (white - 10) * np.exp(-lines)).astype("<f4")
    f["exchange/data_white"] = np.stack([white + 1, white - 1]).astype("<f4")
    f["exchange/data_dark"] = np.full((3, rows, columns), 10, "<f4")
    f["exchange/theta"] = np.linspace(0, 180, views, endpoint=False)

encoding = np.dtype([(n, "<u2") for n in (
    "kspace_encode_step_1", "kspace_encode_step_2", "average", "slice", "contrast",
    "phase", "repetition", "set", "segment")] + [("user", "<u2", (8,))])
head = np.dtype([
    ("version", "<u2"), ("flags", "<u8"), ("measurement_uid", "<u4"), ("scan_counter", "<u4"),
    ("acquisition_time_stamp", "<u4"), ("physiology_time_stamp", "<u4", (3,)),
    ("number_of_samples", "<u2"), ("available_channels", "<u2"), ("active_channels", "<u2"),
    ("channel_mask", "<u8", (16,)), ("discard_pre", "<u2"), ("discard_post", "<u2"),
    ("center_sample", "<u2"), ("encoding_space_ref", "<u2"), ("trajectory_dimensions", "<u2"),
    ("sample_time_us", "<f4"), ("position", "<f4", (3,)), ("read_dir", "<f4", (3,)),
    ("phase_dir", "<f4", (3,)), ("slice_dir", "<f4", (3,)), ("patient_table_position", "<f4", (3,)),
    ("idx", encoding), ("user_int", "<i4", (8,)), ("user_float", "<f4", (8,))])
floats = h5py.vlen_dtype(np.dtype("<f4"))
acquisition = np.dtype([("head", head), ("traj", floats), ("data", floats)])
coils, samples = 2, 6
# A noise scan, then two slices of four lines of which the third was not measured; line 0 twice.
scans = [(-1, 0)] + [(line, s) for s in (0, 1) for line in (0, 1, 3, 0)]
records = np.zeros(len(scans), dtype=acquisition)
for i, (line, s) in enumerate(scans):
    h = records[i]["head"]
    h["number_of_samples"], h["active_channels"] = samples, coils
    h["flags"] = 1 << 18 if line < 0 else 0
    h["idx"]["kspace_encode_step_1"], h["idx"]["slice"] = max(line, 0), s
    values = 100 * s + 10 * max(line, 0) + np.arange(coils * samples) + (2 if i % 4 == 0 and line == 0 else 0)
    records[i]["data"] = (values + 1j * i).astype("<c8").view("<f4")
    records[i]["traj"] = np.zeros(0, "<f4")
xml = ("<ismrmrdHeader><encoding><encodedSpace><matrixSize><x>6</x><y>5</y><z>1</z></matrixSize>"
       "</encodedSpace></encoding></ismrmrdHeader>")
with h5py.File("ismrmrd.h5", "w") as f:
    f.create_dataset("dataset/data", data=records, maxshape=(None,), chunks=(1,))
    f.create_dataset("dataset/xml", data=np.array([xml.encode()], dtype=h5py.special_dtype(vlen=bytes)))

struct = {"sinogram": image.astype("f8"), "parameters": {"angles": np.array([[0.0, 0.5, 1.0, 1.5, 2.0]]),
          "distance": 410.66, "scanner": "text is passed over"}}
scipy.io.savemat("a.mat", {"CtData": struct, "mask": (image % 2).astype("u1")}, do_compression=True)
scipy.io.savemat("plain.mat", {"k": (image - 1j * image).astype("c8"), "cells": np.array([image, "x"], dtype=object)})
with h5py.File("v73.mat", "w", userblock_size=512) as f:
    f["CtData/sinogram"] = image.astype("f8").T
    f["CtData/parameters/angles"] = np.arange(5.0).reshape(5, 1)
    f["#refs#/a"] = image
with open("v73.mat", "r+b") as f:
    f.write(b"MATLAB 7.3 MAT-file, made by a test".ljust(124) + b"\x00\x02IM")
