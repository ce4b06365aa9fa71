"""DRUNet (Zhang et al., Plug-and-Play Image Restoration with Deep Denoiser Prior, 2021), written from
the paper's figure and the layers' published names."""

import torch
import torch.nn.functional as F


def network(w, x, *, widths, blocks, outputs):
    def conv(name, x, n_out):
        return F.conv2d(x, w.ask(name + ".weight", n_out, x.shape[1], 3, 3), padding=1)

    def chain(name, first, x):
        for i in range(first, first + blocks):
            c = x.shape[1]
            x = x + conv(f"{name}.{i}.res.2", F.relu(conv(f"{name}.{i}.res.0", x, c)), c)
        return x

    def half(name, x, n_out):
        return F.conv2d(x, w.ask(name + ".weight", n_out, x.shape[1], 2, 2), stride=2)

    def twice(name, x, n_out):
        return F.conv_transpose2d(x, w.ask(name + ".weight", x.shape[1], n_out, 2, 2), stride=2)

    kept = [conv("m_head", x, widths[0])]
    for i, width in enumerate(widths[1:], 1):
        kept.append(half(f"m_down{i}.{blocks}", chain(f"m_down{i}", 0, kept[-1]), width))
    h = chain("m_body", 0, kept[-1])
    for i in reversed(range(1, len(widths))):
        h = chain(f"m_up{i}", 1, twice(f"m_up{i}.0", h + kept.pop(), widths[i - 1]))
    return conv("m_tail", h + kept.pop(), outputs)


def denoised(w, x, sigma, **shape):
    """x in [0, 1] with noise of sigma, one for each image; the level goes in as one more channel."""
    level = sigma.double()[:, None, None, None].expand(-1, 1, *x.shape[2:])
    return network(w, torch.cat([x, level], dim=1), outputs=x.shape[1], **shape)
