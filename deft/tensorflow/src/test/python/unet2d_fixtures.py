#!/usr/bin/python3
"""Makes the fixtures that the TensorFlow graph builder is compared with.

    apt-get install python3-torch
    python3 unet2d_fixtures.py ../resources/unet2d

First the PyTorch transcription is compared with figures that diffusers publishes. Then, for every
case below, a small random network is written in the layout of diffusers (unet/config.json,
unet/diffusion_pytorch_model.safetensors) beside expected.safetensors, which holds an input, its
timesteps, the output, and the gradients of sum(output * cotangent): in full for the input, and
two numbers for each weight, [sum g_i, sum g_i cos(i)] over its gradient g in PyTorch's element
order, as one tensor with the weights sorted by name. Images are batch x height x width x channels.
Everything is computed in double precision from the weights as they are stored, so the numbers are
the truth to float32.
"""

import json
import pathlib
import struct
import sys
import zlib

import torch

import unet2d_published
from unet2d_model import DEFAULTS, UNet2D

PLAIN = dict(sample_size=8, in_channels=1, out_channels=1, block_out_channels=[4, 8],
             layers_per_block=1, norm_num_groups=2, attention_head_dim=4,
             down_block_types=["DownBlock2D", "DownBlock2D"],
             up_block_types=["UpBlock2D", "UpBlock2D"])
ATTENTION = dict(down_block_types=["DownBlock2D", "AttnDownBlock2D"],
                 up_block_types=["AttnUpBlock2D", "UpBlock2D"])
ATTENTION_EVERYWHERE = dict(down_block_types=["AttnDownBlock2D", "AttnDownBlock2D"],
                            up_block_types=["AttnUpBlock2D", "AttnUpBlock2D"])
RESNET = dict(down_block_types=["ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D"],
              up_block_types=["ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"])
SKIP = dict(in_channels=3, out_channels=3, block_out_channels=[8, 16], norm_num_groups=None,
            down_block_types=["SkipDownBlock2D", "SkipDownBlock2D"],
            up_block_types=["SkipUpBlock2D", "SkipUpBlock2D"])

# What differs from PLAIN; keys that start with a dot speak to this script, not to the network.
CASES = {
    "plain": {".dtype": "F32"},
    "attention": ATTENTION,
    "attention-first": dict(down_block_types=["AttnDownBlock2D", "DownBlock2D"],
                            up_block_types=["UpBlock2D", "AttnUpBlock2D"]),
    "attention-one-head": dict(ATTENTION, attention_head_dim=None),
    "attention-narrow-heads": dict(ATTENTION_EVERYWHERE, block_out_channels=[6, 8],
                                   attention_head_dim=5),
    "attention-old-names": {**ATTENTION, ".old_names": True},
    "resnet-blocks": RESNET,
    "resnet-samplers": dict(ATTENTION_EVERYWHERE, downsample_type="resnet",
                            upsample_type="resnet"),
    "skip-blocks": SKIP,
    "skip-attention": dict(SKIP, block_out_channels=[32, 32], attention_head_dim=8,
                           time_embedding_dim=16,
                           down_block_types=["AttnSkipDownBlock2D", "AttnSkipDownBlock2D"],
                           up_block_types=["AttnSkipUpBlock2D", "AttnSkipUpBlock2D"]),
    "skip-with-groups": dict(SKIP, norm_num_groups=2),
    "unetres-names": dict(down_block_types=["UNetResDownBlock2D", "UNetResAttnDownBlock2D"],
                          up_block_types=["UNetResAttnUpBlock2D", "UNetResUpBlock2D"]),
    "three-levels-oblong": dict(sample_size=[8, 16], in_channels=3, out_channels=2,
                                layers_per_block=2, block_out_channels=[4, 4, 8],
                                down_block_types=["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
                                up_block_types=["UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]),
    "one-level": dict(block_out_channels=[8], down_block_types=["AttnDownBlock2D"],
                      up_block_types=["AttnUpBlock2D"]),
    "ddpm-original": dict(ATTENTION, flip_sin_to_cos=False, freq_shift=1, downsample_padding=0,
                          norm_eps=1e-06, attention_head_dim=None),
    "norm-eps": dict(ATTENTION, norm_eps=0.1),
    "centred-input": dict(center_input_sample=True),
    "odd-width": dict(block_out_channels=[9, 6], norm_num_groups=3),
    "scale-shift": dict(ATTENTION, resnet_time_scale_shift="scale_shift"),
    "scale-shift-resnet-blocks": dict(RESNET, resnet_time_scale_shift="scale_shift",
                                      attn_norm_num_groups=4),
    "attention-groups": dict(attn_norm_num_groups=4),
    "fourier": dict(ATTENTION, time_embedding_type="fourier"),
    "fourier-skip": dict(SKIP, time_embedding_type="fourier"),
    "learned-time": {"time_embedding_type": "learned", "num_train_timesteps": 20,
                     ".timesteps": [0, 7, 19]},
    "time-width": dict(time_embedding_dim=10),
    "mish": dict(ATTENTION, act_fn="mish"),
    "gelu": dict(ATTENTION, act_fn="gelu"),
    "relu": dict(ATTENTION, act_fn="relu"),
    "swish": dict(act_fn="swish"),
    "mid-scale": dict(mid_block_scale_factor=1.41421356),
    "mid-without-attention": dict(add_attention=False),
    "mid-absent": dict(mid_block_type=None),
    "class-embedding": {"num_class_embeds": 5, ".labels": [4, 0, 2]},
    "class-timestep": {"class_embed_type": "timestep", ".labels": [40, 0, 23]},
    "class-identity": {"class_embed_type": "identity", ".labels": "vectors"},
    "dropout": {"dropout": 0.3, ".dtype": "BF16"},
}
OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
TORCH = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def write_safetensors(path, tensors, dtype="F32"):
    """Eight bytes of header length, a JSON header padded to eight, then the raw values."""
    header, chunks, at = {}, [], 0
    for name in sorted(tensors):
        values = tensors[name].detach().to(TORCH[dtype]).contiguous()
        raw = values.view(torch.int16 if values.element_size() == 2 else torch.int32).numpy()
        raw = raw.astype(raw.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape),
                        "data_offsets": [at, at + len(raw)]}
        chunks.append(raw)
        at += len(raw)
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def randomise(unet, dtype):
    """Weights of a size that keeps values near one; every norm gets a scale and a shift."""
    for name, weight in unet.named_parameters():
        values = torch.randn_like(weight)
        if "norm" in name:
            values = 1 + 0.3 * values if name.endswith("weight") else 0.3 * values
        elif name == "time_proj.weight" and weight.dim() == 1:
            values = 0.5 * values
        elif weight.dim() == 1:
            values = 0.3 * values
        elif "embedding.weight" not in name and name != "time_proj.weight":
            values = values / weight[0].numel() ** 0.5
        weight.data = values.to(TORCH[dtype]).double()
        weight.requires_grad_(True)


def nhwc(image):
    return image.permute(0, 2, 3, 1)


def make(folder, name, case):
    torch.manual_seed(zlib.crc32(name.encode()))
    dtype = case.get(".dtype", "F16")
    changes = {k: v for k, v in case.items() if not k.startswith(".")}
    config = {**DEFAULTS, **PLAIN, **changes}
    unet = UNet2D(config).double()
    randomise(unet, dtype)
    size = config["sample_size"]
    height, width = size if isinstance(size, list) else (size, size)
    x = torch.randn(3, config["in_channels"], height, width).double().requires_grad_(True)
    t = torch.tensor(case.get(".timesteps", [1, 250, 999]))
    labels = case.get(".labels")
    if labels == "vectors":
        labels = torch.randn(3, 4 * config["block_out_channels"][0]).double()
    elif labels is not None:
        labels = torch.tensor(labels)
    y = unet(x, t, labels)
    cotangent = torch.randn_like(y)
    weights = dict(unet.named_parameters())
    gradients = torch.autograd.grad((y * cotangent).sum(), [x, *weights.values()])

    expected = {"input": nhwc(x), "timesteps": t, "output": nhwc(y), "cotangent": nhwc(cotangent),
                "input_gradient": nhwc(gradients[0])}
    if labels is not None:
        expected["labels"] = labels
    summaries = {}
    for weight, gradient in zip(weights, gradients[1:]):
        flat = gradient.flatten()
        ramp = torch.cos(torch.arange(flat.numel(), dtype=torch.float64))
        summaries[weight] = torch.stack([flat.sum(), (flat * ramp).sum()])
    expected["weight_gradients"] = torch.stack([summaries[weight] for weight in sorted(summaries)])
    stored = {}
    for key, weight in weights.items():
        if case.get(".old_names") and "attentions" in key:
            for new, old in OLD_NAMES.items():
                key = key.replace(new, old)
        stored[key] = weight
    unet_folder = folder / name / "unet"
    unet_folder.mkdir(parents=True, exist_ok=True)
    written = {"_class_name": "UNet2DModel", "_diffusers_version": "0.35.1", **config}
    (unet_folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    write_safetensors(unet_folder / "diffusion_pytorch_model.safetensors", stored, dtype)
    write_safetensors(folder / name / "expected.safetensors", expected)
    count = sum(w.numel() for w in weights.values())
    print(f"{name:28s} {count:7d} weights, output rms {y.pow(2).mean().sqrt().item():.2f}, "
          f"largest {y.abs().max().item():.1f}, gradient rms {gradients[0].pow(2).mean().sqrt().item():.2f}")


def main():
    unet2d_published.check()
    folder = pathlib.Path(sys.argv[1])
    for name, case in CASES.items():
        make(folder, name, case)


if __name__ == "__main__":
    main()
