"""The whole network: embeddings, the two arms and the output, put together from a config."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from unet2d_reference import (DownBlock, MidBlock, SkipDownBlock, SkipUpBlock, UpBlock)

# What UNet2DModel writes to config.json when nothing is set; None means null.
DEFAULTS = {
    "act_fn": "silu", "add_attention": True, "attention_head_dim": 8, "attn_norm_num_groups": None,
    "block_out_channels": [224, 448, 672, 896], "center_input_sample": False,
    "class_embed_type": None,
    "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"],
    "downsample_padding": 1, "downsample_type": "conv", "dropout": 0.0, "flip_sin_to_cos": True,
    "freq_shift": 0, "in_channels": 3, "layers_per_block": 2, "mid_block_scale_factor": 1,
    "mid_block_type": "UNetMidBlock2D", "norm_eps": 1e-05, "norm_num_groups": 32,
    "num_class_embeds": None, "num_train_timesteps": None, "out_channels": 3,
    "resnet_time_scale_shift": "default", "sample_size": None, "time_embedding_dim": None,
    "time_embedding_type": "positional",
    "up_block_types": ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
    "upsample_type": "conv",
}


class Sinusoids(nn.Module):
    def __init__(self, width, cosines_first, freq_shift):
        super().__init__()
        self.width, self.cosines_first, self.freq_shift = width, cosines_first, freq_shift

    def forward(self, t):
        half = self.width // 2
        steps = torch.arange(half, dtype=torch.float32) / (half - self.freq_shift)
        angles = t.float()[:, None] * torch.exp(-math.log(10000.0) * steps)
        parts = [angles.cos(), angles.sin()] if self.cosines_first else [angles.sin(), angles.cos()]
        return F.pad(torch.cat(parts, dim=1), (0, self.width % 2))


class Fourier(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(16.0 * torch.randn(width), requires_grad=False)

    def forward(self, t):
        angles = 2.0 * math.pi * torch.log(t.float())[:, None] * self.weight
        return torch.cat([angles.sin(), angles.cos()], dim=1)


class TimeMlp(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear_1 = nn.Linear(n_in, n_out)
        self.linear_2 = nn.Linear(n_out, n_out)

    def forward(self, x):
        return self.linear_2(F.silu(self.linear_1(x.to(self.linear_1.weight.dtype))))


class UNet2D(nn.Module):
    def __init__(self, config):
        super().__init__()
        unknown = [k for k in config if k not in DEFAULTS and not k.startswith("_")]
        if unknown:
            raise ValueError(f"unknown config keys {unknown}")
        c = self.config = {**DEFAULTS, **config}
        widths = c["block_out_channels"]
        temb = c["time_embedding_dim"] or 4 * widths[0]
        self.conv_in = nn.Conv2d(c["in_channels"], widths[0], 3, padding=1)
        kind, embedded = c["time_embedding_type"], widths[0]
        if kind == "positional":
            self.time_proj = Sinusoids(widths[0], c["flip_sin_to_cos"], c["freq_shift"])
        elif kind == "fourier":
            self.time_proj, embedded = Fourier(widths[0]), 2 * widths[0]
        elif kind == "learned":
            self.time_proj = nn.Embedding(c["num_train_timesteps"], widths[0])
        else:
            raise ValueError(kind)
        self.time_embedding = TimeMlp(embedded, temb)
        self.class_embedding = None
        if c["class_embed_type"] is None and c["num_class_embeds"] is not None:
            self.class_embedding = nn.Embedding(c["num_class_embeds"], temb)
        elif c["class_embed_type"] == "timestep":
            self.class_embedding = TimeMlp(embedded, temb)
        elif c["class_embed_type"] == "identity":
            self.class_embedding = nn.Identity()

        resnet = dict(eps=c["norm_eps"], act=c["act_fn"], shift=c["resnet_time_scale_shift"])
        levels = len(widths)
        self.down_blocks = nn.ModuleList()
        for i, name in enumerate(c["down_block_types"]):
            self.down_blocks.append(self.down(name, widths[max(i - 1, 0)], widths[i], temb,
                                              last=i == levels - 1, resnet=resnet))
        self.mid_block = None
        if c["mid_block_type"] is not None:
            self.mid_block = MidBlock(
                widths[-1], temb, attention=c["attention_head_dim"] or widths[-1],
                attention_groups=c["attn_norm_num_groups"], groups=c["norm_num_groups"],
                add_attention=c["add_attention"], divisor=c["mid_block_scale_factor"], **resnet)
        self.up_blocks = nn.ModuleList()
        upward = widths[::-1]
        for i, name in enumerate(c["up_block_types"]):
            self.up_blocks.append(self.up(name, upward[min(i + 1, levels - 1)], upward[max(i - 1, 0)],
                                          upward[i], temb, last=i == levels - 1, resnet=resnet))
        groups = c["norm_num_groups"] or min(widths[0] // 4, 32)
        self.conv_norm_out = nn.GroupNorm(groups, widths[0], eps=c["norm_eps"])
        self.conv_out = nn.Conv2d(widths[0], c["out_channels"], 3, padding=1)

    def down(self, name, n_in, n_out, temb, last, resnet):
        c, head = self.config, self.config["attention_head_dim"] or n_out
        name = name[7:] if name.startswith("UNetRes") else name
        groups = c["norm_num_groups"]
        shared = dict(layers=c["layers_per_block"], **resnet)
        if name in ("SkipDownBlock2D", "AttnSkipDownBlock2D"):
            return SkipDownBlock(n_in, n_out, temb, attention=head if "Attn" in name else None,
                                 sampler=None if last else "fir", **shared)
        shared.update(groups=groups, padding=c["downsample_padding"])
        if name == "DownBlock2D":
            return DownBlock(n_in, n_out, temb, sampler=None if last else "conv", **shared)
        if name == "ResnetDownsampleBlock2D":
            return DownBlock(n_in, n_out, temb, sampler=None if last else "resnet", **shared)
        if name == "AttnDownBlock2D":
            return DownBlock(n_in, n_out, temb, attention=head, attention_groups=groups,
                             sampler=None if last else c["downsample_type"], **shared)
        raise ValueError(name)

    def up(self, name, n_in, n_prev, n_out, temb, last, resnet):
        c, head = self.config, self.config["attention_head_dim"] or n_out
        name = name[7:] if name.startswith("UNetRes") else name
        groups = c["norm_num_groups"]
        shared = dict(layers=c["layers_per_block"] + 1, **resnet)
        if name in ("SkipUpBlock2D", "AttnSkipUpBlock2D"):
            return SkipUpBlock(n_in, n_prev, n_out, temb, attention=head if "Attn" in name else None,
                               sampler=None if last else "fir", **shared)
        shared.update(groups=groups)
        if name == "UpBlock2D":
            return UpBlock(n_in, n_prev, n_out, temb, sampler=None if last else "conv", **shared)
        if name == "ResnetUpsampleBlock2D":
            return UpBlock(n_in, n_prev, n_out, temb, sampler=None if last else "resnet", **shared)
        if name == "AttnUpBlock2D":
            return UpBlock(n_in, n_prev, n_out, temb, attention=head, attention_groups=groups,
                           sampler=None if last else c["upsample_type"], **shared)
        raise ValueError(name)

    def forward(self, x, t, labels=None):
        c = self.config
        if c["center_input_sample"]:
            x = 2 * x - 1
        temb = self.time_embedding(self.time_proj(t))
        if self.class_embedding is not None:
            if c["class_embed_type"] == "timestep":
                labels = self.time_proj(labels)
            temb = temb + self.class_embedding(labels)
        skip, h = x, self.conv_in(x)
        kept = [h]
        for block in self.down_blocks:
            h, more, skip = block(h, temb, skip)
            kept += more
        if self.mid_block is not None:
            h = self.mid_block(h, temb)
        skip = None
        for block in self.up_blocks:
            h, skip = block(h, kept, temb, skip)
        h = self.conv_out(F.silu(self.conv_norm_out(h)))
        if skip is not None:
            h = h + skip
        if c["time_embedding_type"] == "fourier":
            h = h / t.float().reshape(-1, 1, 1, 1)
        return h
