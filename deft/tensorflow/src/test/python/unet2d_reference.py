"""UNet2DModel of Hugging Face diffusers, rebuilt in plain PyTorch from its documented layer order.

It exists so that the TensorFlow graph builder of Deftstream can be compared with an
implementation that shares nothing with it. Parameters carry the names of diffusers' state dict
and are created in the order in which diffusers creates them: with the same random seed a block
made here holds the same weights as the original, so figures published in diffusers' own tests
can be checked (see unet2d_published.py). Inference only: dropout is never applied.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

SQRT2 = math.sqrt(2.0)
ACTIVATIONS = {"silu": F.silu, "swish": F.silu, "mish": F.mish, "gelu": F.gelu, "relu": F.relu}


def fir(x, up, down, before, after, gain):
    """Resampling with the filter [1 3 3 1] x [1 3 3 1]: stuff zeros, pad, filter, decimate."""
    b, c, h, w = x.shape
    stuffed = x.new_zeros(b, c, h * up, w * up)
    stuffed[:, :, ::up, ::up] = x
    taps = x.new_tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps) * gain / 64.0
    weight = kernel.flip(0, 1).expand(c, 1, 4, 4)
    filtered = F.conv2d(F.pad(stuffed, (before, after, before, after)), weight, groups=c)
    return filtered[:, :, ::down, ::down]


def fir_up(x):
    return fir(x, up=2, down=1, before=2, after=1, gain=4.0)


def fir_down(x):
    return fir(x, up=1, down=2, before=1, after=1, gain=1.0)


def nearest_up(x):
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def average_down(x):
    return F.avg_pool2d(x, 2)


class Resnet(nn.Module):
    """Norm, activation, (resampling), conv, time, norm, activation, conv, plus the shortcut."""

    def __init__(self, n_in, n_out, temb, groups=32, groups_out=None, eps=1e-6, act="swish",
                 shift="default", divisor=1.0, resample=None, shortcut=None):
        super().__init__()
        if shift not in ("default", "scale_shift"):
            raise ValueError(shift)
        self.act, self.shift = ACTIVATIONS[act], shift
        self.divisor, self.resample = divisor, resample
        self.norm1 = nn.GroupNorm(groups, n_in, eps=eps)
        self.conv1 = nn.Conv2d(n_in, n_out, 3, padding=1)
        self.time_emb_proj = nn.Linear(temb, n_out if shift == "default" else 2 * n_out)
        self.norm2 = nn.GroupNorm(groups_out or groups, n_out, eps=eps)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1)
        needed = n_in != n_out if shortcut is None else shortcut
        self.conv_shortcut = nn.Conv2d(n_in, n_out, 1) if needed else None

    def forward(self, x, temb):
        h = self.act(self.norm1(x))
        if self.resample is not None:
            x, h = self.resample(x), self.resample(h)
        h = self.conv1(h)
        time = self.time_emb_proj(self.act(temb))[:, :, None, None]
        if self.shift == "default":
            h = self.norm2(h + time)
        else:
            scale, offset = time.chunk(2, dim=1)
            h = self.norm2(h) * (1 + scale) + offset
        h = self.conv2(self.act(h))
        if self.conv_shortcut is not None:
            x = self.conv_shortcut(x)
        return (x + h) / self.divisor


class Attention(nn.Module):
    """Self-attention over the pixels; the heads are channels // head_dim, rounded down."""

    def __init__(self, channels, head_dim, groups, eps=1e-6, divisor=1.0):
        super().__init__()
        self.heads, self.head_dim, self.divisor = channels // head_dim, head_dim, divisor
        inner = self.heads * head_dim
        self.group_norm = None if groups is None else nn.GroupNorm(groups, channels, eps=eps)
        self.to_q = nn.Linear(channels, inner)
        self.to_k = nn.Linear(channels, inner)
        self.to_v = nn.Linear(channels, inner)
        self.to_out = nn.ModuleList([nn.Linear(inner, channels)])

    def forward(self, x):
        b, c, h, w = x.shape
        tokens = (x if self.group_norm is None else self.group_norm(x)).flatten(2).transpose(1, 2)

        def split(t):
            return t.reshape(b, h * w, self.heads, self.head_dim).transpose(1, 2)

        q, k, v = split(self.to_q(tokens)), split(self.to_k(tokens)), split(self.to_v(tokens))
        weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(self.head_dim), dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(b, h * w, -1)
        return (self.to_out[0](mixed).transpose(1, 2).reshape(b, c, h, w) + x) / self.divisor


class Downsample(nn.Module):
    def __init__(self, channels, padding):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=padding)

    def forward(self, x, temb):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.padding == 0 else x)


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, temb):
        return self.conv(nearest_up(x))


class DownBlock(nn.Module):
    """DownBlock2D, AttnDownBlock2D (attention) and ResnetDownsampleBlock2D (sampler "resnet")."""

    def __init__(self, n_in, n_out, temb, layers=1, attention=None, attention_groups=None,
                 sampler="conv", padding=1, **resnet):
        super().__init__()
        resnets, attentions = [], []
        for i in range(layers):
            resnets.append(Resnet(n_in if i == 0 else n_out, n_out, temb, **resnet))
            if attention is not None:
                attentions.append(Attention(n_out, attention, attention_groups, resnet.get("eps", 1e-6)))
        self.resnets, self.attentions = nn.ModuleList(resnets), nn.ModuleList(attentions)
        if sampler == "conv":
            samplers = [Downsample(n_out, padding)]
        elif sampler == "resnet":
            samplers = [Resnet(n_out, n_out, temb, resample=average_down, **resnet)]
        else:
            samplers = []
        self.downsamplers = nn.ModuleList(samplers)

    def forward(self, x, temb, skip):
        kept = []
        for i, resnet in enumerate(self.resnets):
            x = resnet(x, temb)
            if len(self.attentions):
                x = self.attentions[i](x)
            kept.append(x)
        for sampler in self.downsamplers:
            x = sampler(x, temb)
            kept.append(x)
        return x, kept, skip


class SkipDownBlock(nn.Module):
    """SkipDownBlock2D, AttnSkipDownBlock2D: a filtered copy of the image joins at every scale."""

    def __init__(self, n_in, n_out, temb, layers=1, attention=None, sampler="fir", **resnet):
        super().__init__()
        resnet["divisor"] = SQRT2
        self.attentions, self.resnets = nn.ModuleList(), nn.ModuleList()
        for i in range(layers):
            first = n_in if i == 0 else n_out
            self.resnets.append(Resnet(first, n_out, temb, groups=min(first // 4, 32),
                                       groups_out=min(n_out // 4, 32), **resnet))
            if attention is not None:
                self.attentions.append(
                    Attention(n_out, attention, 32, resnet.get("eps", 1e-6), SQRT2))
        self.resnet_down, self.skip_conv = None, None
        if sampler is not None:
            self.resnet_down = Resnet(n_out, n_out, temb, groups=min(n_out // 4, 32),
                                      resample=fir_down, shortcut=True, **resnet)
            self.skip_conv = nn.Conv2d(3, n_out, 1)

    def forward(self, x, temb, skip):
        kept = []
        for i, resnet in enumerate(self.resnets):
            x = resnet(x, temb)
            if len(self.attentions):
                x = self.attentions[i](x)
            kept.append(x)
        if self.resnet_down is not None:
            skip = fir_down(skip)
            x = self.skip_conv(skip) + self.resnet_down(x, temb)
            kept.append(x)
        return x, kept, skip


class MidBlock(nn.Module):
    """UNetMidBlock2D: residual, attention (if wanted), residual."""

    def __init__(self, channels, temb, attention=1, attention_groups=None, groups=32,
                 add_attention=True, **resnet):
        super().__init__()
        groups = min(channels // 4, 32) if groups is None else groups
        if attention_groups is None and resnet.get("shift", "default") == "default":
            attention_groups = groups
        first = Resnet(channels, channels, temb, groups=groups, **resnet)
        attentions = []
        if add_attention:
            attentions.append(Attention(channels, attention, attention_groups,
                                        resnet.get("eps", 1e-6), resnet.get("divisor", 1.0)))
        second = Resnet(channels, channels, temb, groups=groups, **resnet)
        self.attentions = nn.ModuleList(attentions)
        self.resnets = nn.ModuleList([first, second])

    def forward(self, x, temb):
        x = self.resnets[0](x, temb)
        for attention in self.attentions:
            x = attention(x)
        return self.resnets[1](x, temb)


def widths(layers, n_prev, n_out, n_skip):
    """Channels that enter each residual block of an up block: (from below, from the other arm)."""
    return [(n_prev if i == 0 else n_out, n_skip if i == layers - 1 else n_out)
            for i in range(layers)]


class UpBlock(nn.Module):
    """UpBlock2D, AttnUpBlock2D (attention) and ResnetUpsampleBlock2D (sampler "resnet")."""

    def __init__(self, n_in, n_prev, n_out, temb, layers=1, attention=None, attention_groups=None,
                 sampler="conv", **resnet):
        super().__init__()
        resnets, attentions = [], []
        for below, across in widths(layers, n_prev, n_out, n_in):
            resnets.append(Resnet(below + across, n_out, temb, **resnet))
            if attention is not None:
                attentions.append(Attention(n_out, attention, attention_groups, resnet.get("eps", 1e-6)))
        self.resnets, self.attentions = nn.ModuleList(resnets), nn.ModuleList(attentions)
        if sampler == "conv":
            samplers = [Upsample(n_out)]
        elif sampler == "resnet":
            samplers = [Resnet(n_out, n_out, temb, resample=nearest_up, **resnet)]
        else:
            samplers = []
        self.upsamplers = nn.ModuleList(samplers)

    def forward(self, x, kept, temb, skip):
        for i, resnet in enumerate(self.resnets):
            x = resnet(torch.cat([x, kept.pop()], dim=1), temb)
            if len(self.attentions):
                x = self.attentions[i](x)
        for sampler in self.upsamplers:
            x = sampler(x, temb)
        return x, skip


class SkipUpBlock(nn.Module):
    """SkipUpBlock2D, AttnSkipUpBlock2D: an image is summed up from coarse to fine."""

    def __init__(self, n_in, n_prev, n_out, temb, layers=1, attention=None, sampler="fir", **resnet):
        super().__init__()
        resnet["divisor"] = SQRT2
        own = min(n_out // 4, 32)
        self.attentions, self.resnets = nn.ModuleList(), nn.ModuleList()
        for below, across in widths(layers, n_prev, n_out, n_in):
            # The attention variant divides only the second term; weights depend on it.
            groups = (below + across) // 4 if attention is None else below + across // 4
            self.resnets.append(Resnet(below + across, n_out, temb, groups=min(groups, 32),
                                       groups_out=own, **resnet))
        if attention is not None:
            self.attentions.append(
                Attention(n_out, attention, 32, resnet.get("eps", 1e-6), SQRT2))
        self.resnet_up = None
        if sampler is not None:
            self.resnet_up = Resnet(n_out, n_out, temb, groups=own, resample=fir_up,
                                    shortcut=True, **resnet)
            self.skip_conv = nn.Conv2d(n_out, 3, 3, padding=1)
            self.skip_norm = nn.GroupNorm(own, n_out, eps=resnet.get("eps", 1e-6))

    def forward(self, x, kept, temb, skip):
        for resnet in self.resnets:
            x = resnet(torch.cat([x, kept.pop()], dim=1), temb)
        for attention in self.attentions:
            x = attention(x)
        skip = 0 if skip is None else fir_up(skip)
        if self.resnet_up is not None:
            skip = skip + self.skip_conv(F.silu(self.skip_norm(x)))
            x = self.resnet_up(x, temb)
        return x, skip
