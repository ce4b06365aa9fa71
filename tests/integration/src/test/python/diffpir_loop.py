#!/usr/bin/env python3
"""DiffPIR in PyTorch, written plainly: the same prior, operator, steps and proximal points as the engine.

    diffpir_loop.py REQUEST.json OUT

REQUEST.json names the prior's directory (a ResidualUNet2DModel), the file of the measurement (float32), the
operator ("ct-parallel" or "super-resolution" by averages), the timesteps, lambda, the noise rule's zeta, how
many samples and threads, and how many iterations a proximal point may take at most. Prints the seconds of a
reconstruction, the second of two, on standard output, and writes the mean of the samples to OUT (float32).
Ends with 3 where there is no PyTorch. Written against torch and numpy alone.
"""
import json
import math
import struct
import sys
import time
from pathlib import Path

try:
    import numpy as np
    import torch
    from torch.nn import functional as F
except ImportError:
    sys.exit(3)


TYPES = {"F16": "<f2", "F32": "<f4"}


def safetensors(path):
    """The tensors of a file, by name."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + at for at in entry["data_offsets"])
            values = np.frombuffer(content[begin:end], dtype=TYPES[entry["dtype"]])
            tensors[name] = torch.from_numpy(values.astype("<f4").reshape(entry["shape"]))
    return tensors


def fold(x, side):
    """Blocks of pixels into channels, in TensorFlow's order."""
    b, c, h, w = x.shape
    x = x.reshape(b, c, h // side, side, w // side, side).permute(0, 3, 5, 1, 2, 4)
    return x.reshape(b, side * side * c, h // side, w // side)


def unfold(x, side):
    """The opposite of fold."""
    b, c, h, w = x.shape
    x = x.reshape(b, side, side, c // side**2, h, w).permute(0, 3, 4, 1, 5, 2)
    return x.reshape(b, c // side**2, h * side, w * side)


class Prior:
    """A ResidualUNet2DModel that predicts v, for a linear schedule."""

    def __init__(self, directory):
        config = json.loads((directory / "unet" / "config.json").read_text())
        schedule = json.loads((directory / "scheduler" / "scheduler_config.json").read_text())
        assert schedule["beta_schedule"] == "linear"
        assert schedule["prediction_type"] == "v_prediction"
        self.widths, self.layers = config["block_out_channels"], config["layers_per_block"]
        self.side = config["patch_size"]
        self.weights = safetensors(directory / "unet" / "diffusion_pytorch_model.safetensors")
        beta = np.linspace(schedule["beta_start"], schedule["beta_end"], schedule["num_train_timesteps"])
        self.alpha_bar = np.cumprod(1 - beta)

    def conv(self, name, x, **options):
        return F.conv2d(x, self.weights[name + ".weight"], self.weights[name + ".bias"], **options)

    def linear(self, name, x):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def block(self, name, x, time):
        scale, shift = self.linear(name + ".modulation", time)[:, :, None, None].chunk(2, 1)
        h = F.relu(self.conv(name + ".conv1", x, padding=1) * (1 + scale) + shift)
        return x + self.conv(name + ".conv2", h, padding=1)

    def blocks(self, name, x, time):
        for i in range(self.layers):
            x = self.block(f"{name}.resnets.{i}", x, time)
        return x

    def noise(self, x, t):
        frequencies = torch.exp(-math.log(10_000) * torch.arange(32) / 32)
        angle = torch.full((x.shape[0], 1), float(t)) * frequencies[None]
        wave = torch.cat([angle.cos(), angle.sin()], 1)
        time = F.silu(self.linear("time_embedding.linear_1", wave))
        y = self.conv("conv_in", fold(x, self.side), padding=1)
        skips = []
        for i in range(len(self.widths) - 1):
            y = self.blocks(f"down_blocks.{i}", y, time)
            skips.append(y)
            y = self.conv(f"down_blocks.{i}.downsample", y, stride=2)
        y = self.blocks("mid_block", y, time)
        for i in reversed(range(len(self.widths) - 1)):
            y = unfold(self.conv(f"up_blocks.{i}.upsample", y), 2) + skips.pop()
            y = self.blocks(f"up_blocks.{i}", y, time)
        v = unfold(self.conv("conv_out", y, padding=1), self.side)
        a = self.alpha_bar[t]
        return math.sqrt(a) * v + math.sqrt(1 - a) * x


class Averages:
    """Blocks of pixels averaged; proximal points in closed form."""

    def __init__(self, request):
        self.factor = request["operator"]["factor"]

    def proximal(self, x0, y, rho):
        size = self.factor**2
        misfit = (y - F.avg_pool2d(x0, self.factor)) / (1 / size + rho) / size
        return x0 + misfit.repeat_interleave(self.factor, 2).repeat_interleave(self.factor, 3)


class Rays:
    """Parallel rays by Joseph's method as a sparse matrix; proximal points by conjugate gradients."""

    TOLERANCE = 1e-4

    def __init__(self, request):
        self.iterations = request["iterations"]
        self.side, operator = request["side"], request["operator"]
        views, bins, side = operator["views"], operator["detectorBins"], self.side
        pixel = 2 / side
        middle = (np.arange(side) + 0.5 - side / 2) * pixel
        rows, columns, values = [], [], []
        for view in range(views):
            angle = math.pi * view / views
            cos, sin = math.cos(angle), math.sin(angle)
            s = ((np.arange(bins) - (bins - 1) / 2) * pixel)[:, None]
            through = abs(sin) >= abs(cos)
            if through:
                place = side / 2 - 0.5 - (s - middle[None] * cos) / sin / pixel
                length = pixel / abs(sin)
            else:
                place = side / 2 - 0.5 + (s + middle[None] * sin) / cos / pixel
                length = pixel / abs(cos)
            first = np.floor(place).astype(np.int64)
            for at, weight in ((first, 1 - (place - first)), (first + 1, place - first)):
                ray, line = np.nonzero((at >= 0) & (at < side))
                across = at[ray, line]
                rows.append(view * bins + ray)
                columns.append(across * side + line if through else line * side + across)
                values.append(length * weight[ray, line])
        index = torch.from_numpy(np.stack([np.concatenate(rows), np.concatenate(columns)]))
        entries = torch.from_numpy(np.concatenate(values).astype(np.float32))
        matrix = torch.sparse_coo_tensor(index, entries, (views * bins, side * side)).coalesce()
        self.matrix = matrix.to_sparse_csr()
        self.transpose = matrix.t().coalesce().to_sparse_csr()

    def proximal(self, x0, y, rho):
        start = x0.reshape(x0.shape[0], -1).t()
        y = y.reshape(1, -1).t()
        residual = self.transpose @ (y - self.matrix @ start)
        change, direction = torch.zeros_like(start), residual.clone()
        square = (residual**2).sum(0)
        enough = self.TOLERANCE**2 * square
        for _ in range(self.iterations):
            if (square <= enough).all():
                break
            image = self.transpose @ (self.matrix @ direction) + rho * direction
            step = torch.where(square > enough, square / (direction * image).sum(0), 0)
            change += step * direction
            residual -= step * image
            following = (residual**2).sum(0)
            direction = residual + following / square * direction
            square = following
        return (start + change).t().reshape(x0.shape)


def reconstruct(request, prior, operator, y):
    side, sigma = request["side"], request["operator"]["noise"]["sigma"]
    x = torch.randn(request["samples"], 1, side, side)
    steps = request["timesteps"]
    for t, target in zip(steps, steps[1:] + [None]):
        a = prior.alpha_bar[t]
        eps = prior.noise(x, t)
        clean = ((x - math.sqrt(1 - a) * eps) / math.sqrt(a)).clamp(-1, 1)
        clean = operator.proximal(clean, y, request["lambda"] * sigma**2 * a / (1 - a))
        if target is None:
            return clean
        b = prior.alpha_bar[target]
        eps = (x - math.sqrt(a) * clean) / math.sqrt(1 - a)
        kept, fresh = math.sqrt(1 - request["zeta"]), math.sqrt(request["zeta"])
        x = math.sqrt(b) * clean + math.sqrt(1 - b) * (kept * eps + fresh * torch.randn_like(x))


def main():
    request = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(request["threads"])
    torch.manual_seed(1)
    prior = Prior(Path(request["prior"]))
    kind = request["operator"]["kind"]
    operator = {"ct-parallel": Rays, "super-resolution": Averages}[kind](request)
    y = torch.from_numpy(np.fromfile(request["measurement"], dtype="<f4"))
    if kind == "super-resolution":
        small = request["side"] // request["operator"]["factor"]
        y = y.reshape(1, 1, small, small)
    with torch.no_grad():
        reconstruct(request, prior, operator, y)
        begun = time.perf_counter()
        samples = reconstruct(request, prior, operator, y)
        print(time.perf_counter() - begun)
    samples.mean(0).numpy().astype("<f4").tofile(sys.argv[2])


main()
