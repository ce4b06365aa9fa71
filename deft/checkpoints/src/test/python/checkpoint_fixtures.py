#!/usr/bin/python3
"""Makes the checkpoints that the import of priors is tried with, as PyTorch writes them.

    apt-get install python3-torch
    python3 checkpoint_fixtures.py ../resources/checkpoints

containers/ holds the same few tensors in every kind of file. Every other folder holds a checkpoint of
a small random network, in the names and the kind of file that its family is published in, and
expected.safetensors with an input, its timesteps or noise levels, and the output, batch x height x
width x channels, computed in double precision.
"""

import collections
import json
import math
import pathlib
import pickle
import struct
import sys
import zlib

import torch

# The transcription of UNet2DModel that the fixtures of the graphs are made with.
sys.path.append(str(pathlib.Path(__file__).parents[4] / "tensorflow/src/test/python"))

import adm
import ddpm
import drunet
import edm
import song
from layers import Weights
from unet2d_model import DEFAULTS, UNet2D

LEGACY = dict(_use_new_zipfile_serialization=False)


def write_safetensors(path, tensors):
    header, chunks, at = {}, [], 0
    for name, values in tensors.items():
        raw = values.detach().float().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape),
                        "data_offsets": [at, at + len(raw)]}
        chunks.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def containers(folder):
    folder.mkdir(parents=True, exist_ok=True)
    base = torch.arange(24, dtype=torch.float32)
    tensors = collections.OrderedDict(
        plain=base.reshape(2, 3, 4), transposed=base.reshape(4, 6).t(), part=base[5:9],
        half=base[:5].half() / 8, bfloat16=base[:5].bfloat16() / 4, double=base[:3].double() / 3,
        long=torch.tensor([-7, 1 << 20]), scalar=torch.tensor(2.5),
        parameter=torch.nn.Parameter(base[:4]), empty=torch.zeros(0, 3))
    write_safetensors(folder / "expected.safetensors", tensors)
    torch.save(tensors, folder / "zip.pt")
    torch.save(tensors, folder / "legacy.pt", **LEGACY)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    ema = collections.OrderedDict(("module." + k, v + 100) for k, v in net.state_dict().items())
    model = collections.OrderedDict(("module." + k, v) for k, v in net.state_dict().items())
    write_safetensors(folder / "linear.safetensors", net.state_dict())
    for kind, options in (("zip", {}), ("legacy", LEGACY)):
        torch.save({"optimizer": optimizer.state_dict(), "model": model, "ema": ema, "step": 7,
                    "loss": 0.25, "name": "a run"}, folder / f"training-{kind}.pt", **options)
    torch.save([model, optimizer.state_dict(), 3, 7, ema], folder / "list.ckpt")
    torch.save({"optimizer": {}, "model": model, "step": 7, "ema": {
        "decay": 0.999, "num_updates": 7, "shadow_params": [v + 100 for v in model.values()]}},
        folder / "shadow.pth")
    torch.save(net, folder / "module.pt")
    torch.jit.save(torch.jit.script(net), folder / "script.pt")


def seed(name):
    torch.manual_seed(zlib.crc32(name.encode()))
    return Weights()


def expected(folder, x, output, **more):
    nhwc = {"input": x.permute(0, 2, 3, 1), "output": output.permute(0, 2, 3, 1)}
    write_safetensors(folder / "expected.safetensors", {**nhwc, **more})
    print(f"{folder.name:20s} output rms {output.pow(2).mean().sqrt().item():.2f}")


def half(w):
    return collections.OrderedDict((k, v.half()) for k, v in w.items())


def make(folder, name, family, write, channels, **shape):
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    w = seed(name)
    x = torch.randn(3, channels, 8, 8).double()
    t = torch.tensor([0, 250, 999])
    output = family(w, x, t, **shape)
    write(w, folder)
    # A learned variance is no part of the noise.
    expected(folder, x, output[:, :channels], timesteps=t)
    print(sum(v.numel() for v in w.values()), "weights")


def diffusers(folder):
    """The layout of UNet2DModel with pickled weights: whole, and in shards with an index; two outputs
    for each channel, as with a learned variance."""
    config = {**DEFAULTS, "sample_size": 8, "in_channels": 1, "out_channels": 2,
              "block_out_channels": [4, 8], "layers_per_block": 1, "norm_num_groups": 2,
              "attention_head_dim": 4, "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
              "up_block_types": ["AttnUpBlock2D", "UpBlock2D"]}
    scheduler = {"_class_name": "DDPMScheduler", "num_train_timesteps": 1000, "beta_start": 1e-4,
                 "beta_end": 2e-2, "beta_schedule": "linear", "variance_type": "learned_range"}
    torch.manual_seed(22)
    unet = UNet2D(config)
    x, t = torch.randn(3, 1, 8, 8).double(), torch.tensor([0, 250, 999])
    weights = {k: v.detach() for k, v in unet.named_parameters()}
    output = unet.double()(x, t)
    weights = {k: v.float() for k, v in weights.items()}
    for name in ("diffusers", "diffusers-shards"):
        at = folder / name
        at.mkdir(parents=True, exist_ok=True)
        (at / "config.json").write_text(json.dumps({"_class_name": "UNet2DModel", **config}))
        (at / "scheduler_config.json").write_text(json.dumps(scheduler))
        expected(at, x, output[:, :1].detach(), timesteps=t)
    stem = "diffusion_pytorch_model"
    torch.save(weights, folder / "diffusers" / (stem + ".bin"))
    names = sorted(weights)
    parts = {f"{stem}-0000{i + 1}-of-00002.bin": names[i::2] for i in range(2)}
    for part, held in parts.items():
        torch.save({k: weights[k] for k in held}, folder / "diffusers-shards" / part)
    index = {"metadata": {}, "weight_map": {k: part for part, held in parts.items() for k in held}}
    (folder / "diffusers-shards" / (stem + ".bin.index.json")).write_text(json.dumps(index))


def snapshot(net):
    return dict(ema=net, loss_fn=edm.Persistent("EDMLoss", dict(P_mean=-1.2, P_std=1.2)),
                augment_pipe=None, dataset_kwargs=dict(path="data", use_labels=False))


def noisy(channels, sigma, side=8, width=8):
    clean = torch.randn(len(sigma), channels, side, width).double() / 2
    noise = torch.randn(len(sigma), channels, side, width).double()
    return clean + torch.tensor(sigma).double()[:, None, None, None] * noise


def edm_snapshot(folder):
    folder = folder / "edm"
    folder.mkdir(parents=True, exist_ok=True)
    w = seed("edm")
    shape = dict(side=8, base=16, mult=(1, 2), blocks=1, attention=(4,), head=8, outputs=2)
    sigma = torch.tensor([0.002, 0.7, 80.0])
    x = noisy(2, sigma.tolist())
    output = edm.denoised(w, x, sigma, **shape)
    kwargs = dict(img_resolution=8, img_channels=2, label_dim=0, model_type="DhariwalUNet",
                  model_channels=16, channel_mult=[1, 2], num_blocks=1, attn_resolutions=[4])
    edm.with_filters(w, [1, 1])
    net = edm.as_modules(w, kwargs, sigma_data=0.5, sigma_min=0, sigma_max=float("inf"))
    (folder / "network-snapshot.pkl").write_bytes(pickle.dumps(snapshot(net)))
    torch.save({"ema": collections.OrderedDict(("model." + k, v) for k, v in half(w).items()),
                "step": 3}, folder / "state.pt")
    expected(folder, x, output, sigmas=sigma)


VP_BETAS = 0.1, 19.9


def vp_variance(t):
    """Of the noise at a time, for a signal of 1."""
    return math.expm1(VP_BETAS[0] * t + VP_BETAS[1] * t * t / 2)


def song_snapshots(folder):
    """SongUNet as EDM pickles it: DDPM++ asked as VP, NCSN++ as VE, and with a state dictionary asked
    as EDM."""
    ddpmpp = dict(side=8, base=8, mult=(1, 2), blocks=1, attention=(4,), fourier=False,
                  encoder="standard", images_up=False, filtered=False)
    ncsnpp = dict(ddpmpp, fourier=True, encoder="residual", filtered=True)
    kwargs = dict(img_resolution=8, img_channels=2, label_dim=0, model_type="SongUNet")

    def level(sigma):
        return torch.tensor(sigma).double()[:, None, None, None]

    def vp(w, x, sigma):
        t = [(math.sqrt(VP_BETAS[0] ** 2 + 2 * VP_BETAS[1] * math.log1p(s * s)) - VP_BETAS[0])
             / VP_BETAS[1] for s in sigma]
        scaled = x / (level(sigma) ** 2 + 1).sqrt()
        return x - level(sigma) * song.network(w, scaled, torch.tensor(t).double() * 999,
                                               song.ByRole(), **ddpmpp)

    def ve(w, x, sigma):
        told = (torch.tensor(sigma).double() / 2).log()
        return x + level(sigma) * song.network(w, x, told, song.ByRole(), **ncsnpp)

    def make(name, sigma, denoised, taps, wrapper, **attributes):
        at = folder / name
        at.mkdir(parents=True, exist_ok=True)
        w = seed(name)
        x = noisy(2, sigma)
        output = denoised(w, x, sigma)
        edm.with_filters(w, taps)
        net = edm.as_modules(w, kwargs, wrapper, **attributes)
        (at / "network-snapshot.pkl").write_bytes(pickle.dumps(snapshot(net)))
        expected(at, x, output, sigmas=torch.tensor(sigma).double())

    make("edm-ddpmpp", [math.sqrt(vp_variance(t)) for t in (0.001, 0.5, 1)], vp, [1, 1],
         "VPPrecond", beta_d=19.9, beta_min=0.1, M=1000, epsilon_t=1e-5, sigma_min=0.0032,
         sigma_max=152.4)
    make("edm-ncsnpp", [0.02, 1.0, 100.0], ve, [1, 3, 3, 1], "VEPrecond", sigma_min=0.02,
         sigma_max=100)


def score_sde(folder):
    """The checkpoint of a training of score_sde, whose running average is a list."""

    def make(name, sigma, denoised, levels, **shape):
        at = folder / name
        at.mkdir(parents=True, exist_ok=True)
        w = seed(name)
        x = noisy(shape.pop("channels"), sigma)
        output = denoised(w, x, sigma, shape)
        held = collections.OrderedDict([("module.sigmas", levels)] if levels is not None else [])
        held.update(("module." + k, v) for k, v in half(w).items())
        trained = [v for k, v in half(w).items() if not k.endswith(".W") or ".NIN_" in k]
        model = collections.OrderedDict(
            (k, v if k.endswith(("sigmas", "0.W")) else v * 0) for k, v in held.items())
        torch.save({"optimizer": {}, "model": model, "step": 9, "ema": {
            "decay": 0.999, "num_updates": 9, "shadow_params": trained}}, at / "checkpoint_9.pth")
        expected(at, x, output, sigmas=torch.tensor(sigma).double())

    def ve(w, x, sigma, shape):
        # The network's images are (x + 1) / 2, so its level is half of ours; it answers a score.
        s = torch.tensor(sigma).double() / 2
        seen = (x + 1) / 2
        score = song.network(w, 2 * seen - 1, s.log(), song.ByNumber(), **shape)
        score = score / s[:, None, None, None]
        return 2 * (seen + s[:, None, None, None] ** 2 * score) - 1

    def sub_vp(w, x, sigma, shape):
        t = torch.tensor([0.001, 0.5, 1.0]).double()
        signal = (-(VP_BETAS[0] * t + VP_BETAS[1] * t * t / 2) / 2).exp()[:, None, None, None]
        deviation = 1 - signal ** 2
        noise = song.network(w, x * signal, 999 * t, song.ByNumber(), **shape)
        return x - deviation / signal * noise

    base = dict(side=8, base=8, mult=(1, 2), blocks=1, attention=(4,))
    skips = dict(base, fourier=True, encoder="skip", images_up=True, filtered=True)
    levels = torch.linspace(math.log(50), math.log(0.01), 1000).exp()
    make("ncsnpp", [0.02, 2.0, 100.0], ve, levels, channels=3, **skips)
    make("ncsnpp-residual", [0.02, 2.0, 100.0], ve, None, channels=2,
         **dict(skips, encoder="residual", images_up=False))
    make("ddpmpp", [2 * math.sinh(math.log1p(vp_variance(t)) / 2) for t in (0.001, 0.5, 1)], sub_vp,
         None, channels=2, **dict(base, fourier=False, encoder="standard", images_up=False,
                                  filtered=False))


def denoiser(folder):
    at = folder / "drunet"
    at.mkdir(parents=True, exist_ok=True)
    w = seed("drunet")
    sigma = [0.002, 0.1, 10.0]
    # Images in [0, 1], which are 16 x 24 pixels.
    x = noisy(2, sigma, 16, 24) + 0.5
    output = drunet.denoised(w, x, torch.tensor(sigma).double(), widths=(4, 8, 8, 12), blocks=2)
    torch.save(half(w), at / "drunet_two.pth")
    expected(at, x, output, sigmas=torch.tensor(sigma).double())


def main():
    folder = pathlib.Path(sys.argv[1])
    containers(folder / "containers")
    make(folder, "adm", adm.network, lambda w, f: torch.save(half(w), f / "model.pt"), 3, base=32,
         mult=(1, 1), blocks=1, attention=(1,), head=8, outputs=6)
    make(folder, "adm-new-order", adm.network,
         lambda w, f: torch.save(half(w), f / "ema_0.9999_010000.pt", **LEGACY), 1, base=32,
         mult=(1, 1), blocks=1, attention=(1,), head=16, outputs=1, new_order=True,
         scale_shift=False, by_blocks=False)
    make(folder, "ddpm", ddpm.network,
         lambda w, f: torch.save([{}, {}, 0, 9, collections.OrderedDict(
             ("module." + k, v) for k, v in half(w).items())], f / "ckpt.pth"), 3, base=32,
         mult=(1, 1), blocks=1, attention=(1,), outputs=3)
    edm_snapshot(folder)
    song_snapshots(folder)
    score_sde(folder)
    denoiser(folder)
    diffusers(folder)


if __name__ == "__main__":
    main()
