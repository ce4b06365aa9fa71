"""The network of guided-diffusion (Dhariwal and Nichol, 2021), written from its description, with
the names of its state dictionary."""

import torch
import torch.nn.functional as F

from layers import Weights, attend, bigger, smaller, waves


def network(w, x, t, *, base, mult, blocks, attention, head, outputs, new_order=False,
            scale_shift=True, by_blocks=True):
    """attention holds the levels that have it, the finest being 0."""
    emb = w.linear("time_embed.2", F.silu(w.linear("time_embed.0", waves(t, base), 4 * base)),
                   4 * base)

    def residual(name, x, n_out, resample=None):
        h = F.silu(w.norm(name + ".in_layers.0", x, 32, 1e-5))
        if resample:
            h, x = resample(h), resample(x)
        h = w.conv(name + ".in_layers.2", h, n_out)
        e = w.linear(name + ".emb_layers.1", F.silu(emb), (2 if scale_shift else 1) * n_out)
        e = e[:, :, None, None]
        if scale_shift:
            scale, shift = e.chunk(2, dim=1)
            h = w.norm(name + ".out_layers.0", h, 32, 1e-5) * (1 + scale) + shift
        else:
            h = w.norm(name + ".out_layers.0", h + e, 32, 1e-5)
        h = w.conv(name + ".out_layers.3", F.silu(h), n_out)
        if x.shape[1] != n_out:
            x = w.conv(name + ".skip_connection", x, n_out, kernel=1)
        return x + h

    def attended(name, x):
        b, c, height, width = x.shape
        heads = c // head
        flat = w.norm(name + ".norm", x, 32, 1e-5).reshape(b, c, -1)
        weight, bias = w.ask(name + ".qkv.weight", 3 * c, c, 1), w.ask(name + ".qkv.bias", 3 * c)
        qkv = F.conv1d(flat, weight, bias)
        if new_order:
            q, k, v = qkv.reshape(b, 3, heads, head, -1).unbind(1)
        else:
            q, k, v = qkv.reshape(b, heads, 3, head, -1).unbind(2)
        a = attend(q, k, v).reshape(b, c, -1)
        weight, bias = w.ask(name + ".proj_out.weight", c, c, 1), w.ask(name + ".proj_out.bias", c)
        return x + F.conv1d(a, weight, bias).reshape(x.shape)

    h = w.conv("input_blocks.0.0", x, base)
    kept, at = [h], 0
    for level, m in enumerate(mult):
        for _ in range(blocks):
            at += 1
            h = residual(f"input_blocks.{at}.0", h, m * base)
            if level in attention:
                h = attended(f"input_blocks.{at}.1", h)
            kept.append(h)
        if level < len(mult) - 1:
            at += 1
            if by_blocks:
                h = residual(f"input_blocks.{at}.0", h, m * base, smaller)
            else:
                h = w.conv(f"input_blocks.{at}.0.op", h, m * base, stride=2)
            kept.append(h)
    h = residual("middle_block.0", h, mult[-1] * base)
    h = attended("middle_block.1", h)
    h = residual("middle_block.2", h, mult[-1] * base)
    at = 0
    for level in reversed(range(len(mult))):
        for i in range(blocks + 1):
            h = residual(f"output_blocks.{at}.0", torch.cat([h, kept.pop()], dim=1),
                         mult[level] * base)
            part = 1
            if level in attention:
                h = attended(f"output_blocks.{at}.1", h)
                part = 2
            if level and i == blocks:
                name = f"output_blocks.{at}.{part}"
                if by_blocks:
                    h = residual(name, h, mult[level] * base, bigger)
                else:
                    h = w.conv(name + ".conv", bigger(h), mult[level] * base)
            at += 1
    return w.conv("out.2", F.silu(w.norm("out.0", h, 32, 1e-5)), outputs)
