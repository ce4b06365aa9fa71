#!/usr/bin/python3
"""Asks PyTorch for what a prior answers that was exported for diffusers.

    deftstream prior import FILE --out PRIOR ...
    deftstream prior export PRIOR --to diffusers --out FOLDER
    python3 check_export.py FOLDER PRIOR/reference.safetensors

Compares the network's answer, computed by a transcription of UNet2DModel in double precision, with the
noise that was noted when the prior was imported; exit code 1 if they differ by more than 1e-3 of it. For
priors that predict the noise at timesteps.
"""

import json
import pathlib
import struct
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).parents[4] / "tensorflow/src/test/python"))

from unet2d_model import DEFAULTS, UNet2D


def read(path):
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header, tensors = json.loads(data[8:8 + size]), {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            raw = bytearray(data[8 + size + start:8 + size + end])
            tensors[name] = torch.frombuffer(raw, dtype=torch.float32).reshape(entry["shape"])
    return tensors


def main():
    folder, reference = pathlib.Path(sys.argv[1]), read(sys.argv[2])
    config = json.loads((folder / "unet/config.json").read_text())
    unet = UNet2D({**DEFAULTS, **{k: v for k, v in config.items() if k in DEFAULTS}})
    x = reference["input"].permute(0, 3, 1, 2).double()
    t = reference["timesteps"].long()
    unet.double()(x, t)
    weights = read(folder / "unet/diffusion_pytorch_model.safetensors")
    own = dict(unet.named_parameters())
    assert own.keys() == weights.keys(), own.keys() ^ weights.keys()
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(weights[name])
        answer = unet(x, t).permute(0, 2, 3, 1)
    off = (answer - reference["output"]).norm() / reference["output"].norm()
    print(f"off by {off.item():.2e} of the answer")
    return off.item() > 1e-3


if __name__ == "__main__":
    sys.exit(main())
