"""Compares the transcription with figures that diffusers publishes in its own tests.

The figures are nine values of one output per block class, and of a two-step DDIM run of a small
network, with everything drawn from fixed seeds (tests/models/unets/test_unet_2d_blocks.py and
tests/pipelines/ddim/test_ddim.py of huggingface/diffusers, Apache-2.0). They are given there to
four digits with a tolerance of 5e-3; the comparison here is ten times tighter.
"""

import sys

import torch

from unet2d_model import UNet2D
from unet2d_reference import DownBlock, MidBlock, SkipDownBlock, SkipUpBlock, UpBlock

SIZES = dict(n_in=32, n_out=32, temb=128)
UP = dict(n_prev=32, **SIZES)
ATTENTION = dict(attention=1)
BLOCKS = {
    "DownBlock2D": (DownBlock, SIZES, [-0.0232, -0.9869, 0.8054, -0.0637, -0.1688, -1.4264, 0.4470, -1.3394, 0.0904]),
    "ResnetDownsampleBlock2D": (DownBlock, dict(sampler="resnet", **SIZES), [0.0710, 0.2410, -0.7320, -1.0757, -1.1343, 0.3540, -0.0133, -0.2576, 0.0948]),
    "AttnDownBlock2D": (DownBlock, dict(attention_groups=32, **ATTENTION, **SIZES), [0.0636, 0.8964, -0.6234, -1.0131, 0.0844, 0.4935, 0.3437, 0.0911, -0.2957]),
    "SkipDownBlock2D": (SkipDownBlock, SIZES, [-0.0845, -0.2087, -0.2465, 0.0971, 0.1900, -0.0484, 0.2664, 0.4179, 0.5069]),
    "AttnSkipDownBlock2D": (SkipDownBlock, dict(**ATTENTION, **SIZES), [0.5539, 0.1609, 0.4924, 0.0537, -0.1995, 0.4050, 0.0979, -0.2721, -0.0642]),
    "UNetMidBlock2D": (MidBlock, dict(channels=32, temb=128), [-0.1062, 1.7248, 0.3494, 1.4569, -0.0910, -1.2421, -0.9984, 0.6736, 1.0028]),
    "UpBlock2D": (UpBlock, UP, [-0.2041, -0.4165, -0.3022, 0.0041, -0.6628, -0.7053, 0.1928, -0.0325, 0.0523]),
    "ResnetUpsampleBlock2D": (UpBlock, dict(sampler="resnet", **UP), [0.2287, 0.3549, -0.1346, 0.4797, -0.1715, -0.9649, 0.7305, -0.5864, -0.6244]),
    "AttnUpBlock2D": (UpBlock, dict(attention_groups=32, **ATTENTION, **UP), [0.0979, 0.1326, 0.0021, 0.0659, 0.2249, 0.0059, 0.1132, 0.5952, 0.1033]),
    "SkipUpBlock2D": (SkipUpBlock, UP, [-0.0893, -0.1234, -0.1506, -0.0332, 0.0123, -0.0211, 0.0566, 0.0143, 0.0362]),
    "AttnSkipUpBlock2D": (SkipUpBlock, dict(**ATTENTION, **UP), [0.0361, 0.0617, 0.2787, -0.0350, 0.0342, 0.3421, -0.0843, 0.0913, 0.3015]),
}
DDIM = [0.0, 9.979e-01, 0.0, 9.999e-01, 9.986e-01, 9.991e-01, 7.106e-04, 0.0, 0.0]


def block_slice(name, kind, arguments):
    """The corner that the published test looks at; draws happen in the published order."""
    torch.manual_seed(0)
    x = torch.randn(4, 32, 32, 32)
    temb = torch.randn(4, 128)
    if kind in (UpBlock, SkipUpBlock):
        torch.manual_seed(1)
        kept = [torch.randn(4, 32, 32, 32)]
        y, _ = kind(**arguments)(x, kept, temb, None)
    elif kind is MidBlock:
        y = kind(**arguments)(x, temb)
    else:
        skip = torch.randn(4, 3, 32, 32) if kind is SkipDownBlock else None
        y, _, _ = kind(**arguments)(x, temb, skip)
    return y[0, -1, -3:, -3:].flatten()


def ddim_slice():
    torch.manual_seed(0)
    unet = UNet2D(dict(block_out_channels=[4, 8], layers_per_block=1, norm_num_groups=4,
                       sample_size=8, down_block_types=["DownBlock2D", "AttnDownBlock2D"],
                       up_block_types=["AttnUpBlock2D", "UpBlock2D"]))
    x = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    alphas = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), dim=0)
    for t, target in ((500, alphas[0]), (0, torch.tensor(1.0))):
        eps = unet(x, torch.tensor([t]))
        x0 = ((x - (1 - alphas[t]).sqrt() * eps) / alphas[t].sqrt()).clamp(-1, 1)
        x = target.sqrt() * x0 + (1 - target).sqrt() * eps
    return (x / 2 + 0.5).clamp(0, 1)[0, -1, -3:, -3:].flatten()


@torch.no_grad()
def check():
    """Largest difference by name; raises where one exceeds the tolerance."""
    found = {}
    for name, (kind, arguments, expected) in BLOCKS.items():
        found[name] = (block_slice(name, kind, arguments) - torch.tensor(expected)).abs().max().item()
    found["UNet2DModel, two DDIM steps"] = (ddim_slice() - torch.tensor(DDIM)).abs().max().item()
    for name, difference in found.items():
        print(f"{difference:8.1e}  {name}", file=sys.stderr)
    bad = [name for name, difference in found.items() if not difference <= 5e-4]
    if bad:
        raise SystemExit(f"the transcription differs from diffusers' published figures: {bad}")


if __name__ == "__main__":
    check()
