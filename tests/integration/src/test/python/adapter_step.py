#!/usr/bin/env python3
"""Times training steps of an adapter's network in PyTorch: forward, backward, Adam, running average.

    adapter_step.py CONFIG.json ROWS THREADS WARM_UP STEPS

CONFIG.json is that of a UNet2DModel of diffusers without attention outside the middle. Prints steps per
second on standard output; the number of parameters goes to standard error, to be compared. Ends with 3
where there is no PyTorch. Written against torch alone: diffusers is in no distribution.
"""
import json
import math
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    sys.exit(3)


def wave(t, size, flip):
    half = size // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half) / half)
    angle = t[:, None].float() * frequencies[None]
    parts = [angle.cos(), angle.sin()] if flip else [angle.sin(), angle.cos()]
    return torch.cat(parts, 1)


class Resnet(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups, eps):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(embedding, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs, eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.time(F.silu(time))[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels, head, groups, eps):
        super().__init__()
        self.heads = channels // head
        self.norm = nn.GroupNorm(groups, channels, eps)
        self.query, self.key, self.value, self.out = (
            nn.Linear(channels, channels) for _ in range(4)
        )

    def forward(self, x):
        b, c, height, width = x.shape
        h = self.norm(x).reshape(b, c, -1).transpose(1, 2)
        q, k, v = (
            f(h).reshape(b, -1, self.heads, c // self.heads).transpose(1, 2)
            for f in (self.query, self.key, self.value)
        )
        # PyTorch 1, which Debian 12 has, knows no scaled_dot_product_attention.
        weights = (q @ k.transpose(2, 3) / math.sqrt(c // self.heads)).softmax(-1)
        h = (weights @ v).transpose(1, 2).reshape(b, -1, c)
        return x + self.out(h).transpose(1, 2).reshape(b, c, height, width)


class Adapter(nn.Module):
    """NN1(features, t) - s(t) g."""

    def __init__(self, config):
        super().__init__()
        widths = config["block_out_channels"]
        groups, eps = config["norm_num_groups"], config["norm_eps"]
        layers, first, last = config["layers_per_block"], widths[0], widths[-1]
        self.first, self.flip = first, config["flip_sin_to_cos"]
        size = 4 * first

        def resnet(inputs, outputs):
            return Resnet(inputs, outputs, size, groups, eps)

        self.embed = nn.Sequential(nn.Linear(first, size), nn.SiLU(), nn.Linear(size, size))
        self.conv_in = nn.Conv2d(config["in_channels"], first, 3, padding=1)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        skips, channels = [first], first
        for level, width in enumerate(widths):
            block = nn.ModuleList()
            for _ in range(layers):
                block.append(resnet(channels, width))
                channels = width
                skips.append(channels)
            self.down.append(block)
            if level + 1 < len(widths):
                self.shrink.append(nn.Conv2d(channels, channels, 3, stride=2))
                skips.append(channels)
        self.middle = nn.ModuleList([resnet(last, last), resnet(last, last)])
        self.attention = (
            Attention(last, config["attention_head_dim"] or last, groups, eps)
            if config.get("add_attention", True)
            else nn.Identity()
        )
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level, width in enumerate(reversed(widths)):
            block = nn.ModuleList()
            for _ in range(layers + 1):
                block.append(resnet(channels + skips.pop(), width))
                channels = width
            self.up.append(block)
            if level + 1 < len(widths):
                self.grow.append(nn.Conv2d(channels, channels, 3, padding=1))
        self.norm_out = nn.GroupNorm(groups, first, eps)
        self.conv_out = nn.Conv2d(first, config["out_channels"], 3, padding=1)
        self.scale = nn.Sequential(nn.Linear(32, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, x, gradient, t):
        time_ = self.embed(wave(t, self.first, self.flip))
        h = self.conv_in(x)
        skips = [h]
        for level, block in enumerate(self.down):
            for resnet in block:
                h = resnet(h, time_)
                skips.append(h)
            if level < len(self.shrink):
                h = self.shrink[level](F.pad(h, (0, 1, 0, 1)))
                skips.append(h)
        h = self.middle[1](self.attention(self.middle[0](h, time_)), time_)
        for level, block in enumerate(self.up):
            for resnet in block:
                h = resnet(torch.cat([h, skips.pop()], 1), time_)
            if level < len(self.grow):
                h = self.grow[level](F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = self.conv_out(F.silu(self.norm_out(h)))
        return h - self.scale(wave(t, 32, True))[:, :, None, None] * gradient


def main():
    with open(sys.argv[1]) as file:
        config = json.load(file)
    rows, threads, warm_up, steps = map(int, sys.argv[2:6])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = Adapter(config)
    weights = list(network.parameters())
    print(f"{sum(w.numel() for w in weights)} parameters", file=sys.stderr)
    average = [w.detach().clone() for w in weights]
    adam = torch.optim.Adam(weights, lr=1e-4)
    side = config["sample_size"]
    x = torch.randn(rows, config["in_channels"], side, side)
    gradient, target = (torch.randn(rows, config["out_channels"], side, side) for _ in range(2))
    t = torch.randint(0, 1000, (rows,))
    begun = time.perf_counter()
    for step in range(warm_up + steps):
        if step == warm_up:
            begun = time.perf_counter()
        adam.zero_grad()
        F.mse_loss(network(x, gradient, t), target).backward()
        adam.step()
        torch._foreach_mul_(average, 0.999)
        torch._foreach_add_(average, [w.detach() for w in weights], alpha=0.001)
    print(steps / (time.perf_counter() - begun))


main()
