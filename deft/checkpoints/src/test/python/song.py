"""DDPM++ and NCSN++ (Song et al., Score-Based Generative Modeling through Stochastic Differential
Equations, 2021), written from the paper, with the names of its two publications: layers that are
called by what they do (EDM), or by their number (score_sde)."""

import math

import torch
import torch.nn.functional as F

from layers import attend, waves


class ByRole:
    """Names of EDM."""

    block = dict(norm0="norm0", conv0="conv0", affine="affine", norm1="norm1", conv1="conv1",
                 skip="skip")

    def layer(self, role, part=None):
        return role

    def without_weights(self):
        pass

    def attention(self, w, role, x, normed):
        b, c = x.shape[:2]
        qkv = w.conv(role + ".qkv", normed(role + ".norm2", x), 3 * c, kernel=1)
        # Rows are [channel][query, key, value].
        q, k, v = qkv.reshape(b, 1, c, 3, -1).unbind(3)
        return w.conv(role + ".proj", attend(q, k, v).reshape(x.shape), c, kernel=1)


class ByNumber:
    """Names of score_sde: every layer takes the next number, those without weights too."""

    block = dict(norm0="GroupNorm_0", conv0="Conv_0", affine="Dense_0", norm1="GroupNorm_1",
                 conv1="Conv_1", skip="Conv_2")

    def __init__(self):
        self.count = 0

    def layer(self, role, part=None):
        self.count += 1
        return f"all_modules.{self.count - 1}" + (f".{part}" if part else "")

    def without_weights(self):
        self.count += 1

    def attention(self, w, role, x, normed):
        b, c = x.shape[:2]
        name = self.layer(role)
        h = normed(name + ".GroupNorm_0", x)

        def nin(i, h):
            weight, bias = w.ask(f"{name}.NIN_{i}.W", c, c), w.ask(f"{name}.NIN_{i}.b", c)
            return torch.einsum("bchw,cd->bdhw", h, weight) + bias[:, None, None]

        q, k, v = (nin(i, h).reshape(b, 1, c, -1) for i in range(3))
        return nin(3, attend(q, k, v).reshape(x.shape))


def groups(c):
    return min(c // 4, 32)


def fir(x, filtered, up):
    """The filter [1 3 3 1], or [1 1], in both directions; beyond the edge there are zeros."""
    taps = torch.tensor([1., 3., 3., 1.] if filtered else [1., 1.]).double()
    kernel = torch.outer(taps, taps) / taps.sum() ** 2
    kernel = kernel.expand(x.shape[1], 1, -1, -1)
    pad = 1 if filtered else 0
    if up:
        return F.conv_transpose2d(x, 4 * kernel, stride=2, padding=pad, groups=x.shape[1])
    return F.conv2d(x, kernel, stride=2, padding=pad, groups=x.shape[1])


def network(w, x, t, names, *, side, base, mult, blocks, attention, fourier, encoder, images_up,
            filtered):
    """t: what the noise is told by, one for each image."""
    root = math.sqrt(2)

    def normed(name, x):
        return w.norm(name, x, groups(x.shape[1]), 1e-6)

    if fourier:
        name = names.layer("map_noise.freqs", "W")
        angles = 2 * math.pi * t.double()[:, None] * w.ask(name, base)
        wave = torch.cat([angles.sin(), angles.cos()], dim=1)
    else:
        wave = waves(t, base, cosines_first=False, last=1)
    emb = F.silu(w.linear(names.layer("map_layer0"), wave, 4 * base))
    emb = F.silu(w.linear(names.layer("map_layer1"), emb, 4 * base))

    def block(role, x, n_out, resample=None, attended=False):
        name = names.layer(role)
        part = {k: f"{name}.{v}" for k, v in names.block.items()}
        h = F.silu(normed(part["norm0"], x))
        if resample:
            h, x = resample(h), resample(x)
        h = w.conv(part["conv0"], h, n_out)
        h = h + w.linear(part["affine"], emb, n_out)[:, :, None, None]
        h = w.conv(part["conv1"], F.silu(normed(part["norm1"], h)), n_out)
        if resample or x.shape[1] != n_out:
            x = w.conv(part["skip"], x, n_out, kernel=1)
        x = (x + h) / root
        if attended:
            x = (x + names.attention(w, role, x, normed)) / root
        return x

    def smaller(x):
        return fir(x, filtered, up=False)

    def bigger(x):
        return fir(x, filtered, up=True)

    last = len(mult) - 1
    beside, kept = x, [w.conv(names.layer(f"enc.{side}x{side}_conv"), x, base)]
    for level, m in enumerate(mult):
        size = side >> level
        scale = f"enc.{size}x{size}_"
        if level > 0:
            h = block(scale + "down", kept[-1], kept[-1].shape[1], smaller)
            if encoder == "skip":
                names.without_weights()
                beside = smaller(beside)
                h = h + w.conv(names.layer(scale + "aux_skip", "Conv_0"), beside, h.shape[1],
                               kernel=1)
            elif encoder == "residual":
                # The convolution sees zeros beyond the edge, and the filter what it makes of them.
                name = names.layer(scale + "aux_residual", "Conv2d_0")
                weight = w.ask(name + ".weight", h.shape[1], beside.shape[1], 3, 3)
                wide = F.conv2d(beside, weight, padding=2 if filtered else 1)
                taps = torch.tensor([1., 3., 3., 1.] if filtered else [1., 1.]).double()
                kernel = (torch.outer(taps, taps) / taps.sum() ** 2).expand(h.shape[1], 1, -1, -1)
                part = F.conv2d(wide, kernel, stride=2, groups=h.shape[1])
                part = part + w.ask(name + ".bias", h.shape[1])[:, None, None]
                h = beside = (h + part) / root
            kept.append(h)
        for i in range(blocks):
            kept.append(block(f"{scale}block{i}", kept[-1], m * base,
                              attended=size in attention))
    h, answer = kept[-1], None
    for level in reversed(range(last + 1)):
        size = side >> level
        scale = f"dec.{size}x{size}_"
        if level == last:
            h = block(scale + "in0", h, h.shape[1], attended=True)
            h = block(scale + "in1", h, h.shape[1])
        else:
            h = block(scale + "up", h, h.shape[1], bigger)
        for i in range(blocks + 1):
            h = block(f"{scale}block{i}", torch.cat([h, kept.pop()], dim=1), mult[level] * base,
                      attended=i == blocks and size in attention)
        if images_up or level == 0:
            if images_up and level < last:
                names.without_weights()
                answer = bigger(answer)
            part = F.silu(normed(names.layer(scale + "aux_norm"), h))
            part = w.conv(names.layer(scale + "aux_conv"), part, x.shape[1])
            answer = part if answer is None else answer + part
    return answer
