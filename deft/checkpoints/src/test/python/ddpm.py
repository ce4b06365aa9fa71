"""The network of DDPM (Ho et al., 2020) in its PyTorch form, written from its description, with the
names of its state dictionary; levels count from the finest on both ways."""

import torch
import torch.nn.functional as F

from layers import attend, bigger, waves


def network(w, x, t, *, base, mult, blocks, attention, outputs):
    emb = waves(t, base, cosines_first=False, last=1)
    emb = w.linear("temb.dense.1", F.silu(w.linear("temb.dense.0", emb, 4 * base)), 4 * base)

    def residual(name, x, n_out):
        h = w.conv(name + ".conv1", F.silu(w.norm(name + ".norm1", x, 32, 1e-6)), n_out)
        h = h + w.linear(name + ".temb_proj", F.silu(emb), n_out)[:, :, None, None]
        h = w.conv(name + ".conv2", F.silu(w.norm(name + ".norm2", h, 32, 1e-6)), n_out)
        if x.shape[1] != n_out:
            x = w.conv(name + ".nin_shortcut", x, n_out, kernel=1)
        return x + h

    def attended(name, x):
        b, c = x.shape[:2]
        h = w.norm(name + ".norm", x, 32, 1e-6)
        q, k, v = (w.conv(f"{name}.{p}", h, c, kernel=1).reshape(b, 1, c, -1) for p in "qkv")
        return x + w.conv(name + ".proj_out", attend(q, k, v).reshape(x.shape), c, kernel=1)

    h = w.conv("conv_in", x, base)
    kept = [h]
    for level, m in enumerate(mult):
        for i in range(blocks):
            h = residual(f"down.{level}.block.{i}", h, m * base)
            if level in attention:
                h = attended(f"down.{level}.attn.{i}", h)
            kept.append(h)
        if level < len(mult) - 1:
            h = w.conv(f"down.{level}.downsample.conv", F.pad(h, (0, 1, 0, 1)), m * base, stride=2,
                       padding=0)
            kept.append(h)
    h = residual("mid.block_1", h, mult[-1] * base)
    h = residual("mid.block_2", attended("mid.attn_1", h), mult[-1] * base)
    for level in reversed(range(len(mult))):
        for i in range(blocks + 1):
            h = residual(f"up.{level}.block.{i}", torch.cat([h, kept.pop()], dim=1),
                         mult[level] * base)
            if level in attention:
                h = attended(f"up.{level}.attn.{i}", h)
        if level:
            h = w.conv(f"up.{level}.upsample.conv", bigger(h), mult[level] * base)
    return w.conv("conv_out", F.silu(w.norm("norm_out", h, 32, 1e-6)), outputs)
