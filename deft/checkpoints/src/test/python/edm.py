"""The ADM network as EDM has it (Karras et al., 2022) with its preconditioning, written from the
paper, and objects that are pickled as NVlabs' programs pickle theirs."""

import collections
import re
import sys
import types

import torch
import torch.nn.functional as F

from layers import attend, bigger, smaller, waves


def groups(c):
    return min(32, c // 4)


def network(w, x, t, *, side, base, mult, blocks, attention, head, outputs):
    emb = F.silu(w.linear("map_layer0", waves(t, base), 4 * base))
    emb = F.silu(w.linear("map_layer1", emb, 4 * base))

    def block(name, x, n_out, resample=None, attended=False):
        h = F.silu(w.norm(name + ".norm0", x, groups(x.shape[1]), 1e-5))
        if resample:
            h, x = resample(h), resample(x)
        h = w.conv(name + ".conv0", h, n_out)
        scale, shift = w.linear(name + ".affine", emb, 2 * n_out)[:, :, None, None].chunk(2, dim=1)
        h = F.silu(w.norm(name + ".norm1", h, groups(n_out), 1e-5) * (scale + 1) + shift)
        h = w.conv(name + ".conv1", h, n_out)
        if x.shape[1] != n_out:
            x = w.conv(name + ".skip", x, n_out, kernel=1)
        x = x + h
        if attended:
            b = x.shape[0]
            qkv = w.conv(name + ".qkv", w.norm(name + ".norm2", x, groups(n_out), 1e-5),
                         3 * n_out, kernel=1)
            q, k, v = qkv.reshape(b, n_out // head, head, 3, -1).unbind(3)
            x = x + w.conv(name + ".proj", attend(q, k, v).reshape(x.shape), n_out, kernel=1)
        return x

    h, kept = x, []
    for level, m in enumerate(mult):
        size = side >> level
        if level == 0:
            h = w.conv(f"enc.{size}x{size}_conv", h, base)
        else:
            h = block(f"enc.{size}x{size}_down", h, h.shape[1], smaller)
        kept.append(h)
        for i in range(blocks):
            h = block(f"enc.{size}x{size}_block{i}", h, m * base, attended=size in attention)
            kept.append(h)
    for level in reversed(range(len(mult))):
        size = side >> level
        if level == len(mult) - 1:
            h = block(f"dec.{size}x{size}_in0", h, h.shape[1], attended=True)
            h = block(f"dec.{size}x{size}_in1", h, h.shape[1])
        else:
            h = block(f"dec.{size}x{size}_up", h, h.shape[1], bigger)
        for i in range(blocks + 1):
            h = block(f"dec.{size}x{size}_block{i}", torch.cat([h, kept.pop()], dim=1),
                      mult[level] * base, attended=size in attention)
    return w.conv("out_conv", F.silu(w.norm("out_norm", h, groups(h.shape[1]), 1e-5)), outputs)


def denoised(w, x, sigma, sigma_data=0.5, **shape):
    """D(x; sigma) of a network F; x has noise of standard deviation sigma, one for each image."""
    s = sigma.double()[:, None, None, None]
    root = (s ** 2 + sigma_data ** 2).sqrt()
    answer = network(w, x / root, sigma.double().log() / 4, **shape)
    return sigma_data ** 2 / root ** 2 * x + s * sigma_data / root * answer


def _reconstruct_persistent_obj(meta):
    raise AssertionError("the source in a pickle must never be run")


_reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
sys.modules["torch_utils"] = types.ModuleType("torch_utils")
sys.modules["torch_utils.persistence"] = types.ModuleType("torch_utils.persistence")
sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj = _reconstruct_persistent_obj


class Persistent:
    """Pickled as a call of the function above with source, class name and state."""

    def __init__(self, class_name, state):
        self.class_name, self.state = class_name, state

    def __reduce__(self):
        meta = dict(type="class", version=6, module_src="raise SystemExit('run!')",
                    class_name=self.class_name, state=self.state)
        return _reconstruct_persistent_obj, (meta,)


def with_filters(w, taps, images_up=False):
    """Adds the filters that the published networks keep with their layers that change sizes."""
    f = torch.tensor(taps, dtype=torch.float32)
    f = (f.outer(f) / f.sum() ** 2)[None, None]
    for name in list(w):
        sized = re.fullmatch(r"(.*_(?:down|up))\.conv0\.weight", name)
        if sized:
            w[sized[1] + ".conv0.resample_filter"] = w[sized[1] + ".skip.resample_filter"] = f
        if name.endswith("_aux_residual.weight"):
            w[name.replace("weight", "resample_filter")] = f
        if name.endswith("_aux_skip.weight"):
            w[name.replace("_aux_skip.weight", "_aux_down.resample_filter")] = f
        if images_up and re.fullmatch(r"dec.*_up\.conv0\.weight", name):
            w[name.replace("_up.conv0.weight", "_aux_up.resample_filter")] = f
    return w


def module(class_name, parameters=(), parts=(), buffers=(), **attributes):
    state = dict(training=False, _parameters=collections.OrderedDict(parameters),
                 _buffers=collections.OrderedDict(buffers), _non_persistent_buffers_set=set(),
                 _backward_hooks=collections.OrderedDict(), _is_full_backward_hook=None,
                 _forward_hooks=collections.OrderedDict(), _state_dict_hooks=collections.OrderedDict(),
                 _modules=collections.OrderedDict(parts), **attributes)
    return Persistent(class_name, state)


def as_modules(w, kwargs, wrapper="EDMPrecond", **attributes):
    """The tree of modules of a network, as a snapshot of a training has it."""
    layers = collections.OrderedDict()
    for name, value in w.items():
        layers.setdefault(name.rsplit(".", 1)[0], []).append((name.rsplit(".", 1)[1], value.half()))

    def layer(values):
        kept = [(n, v) for n, v in values if n in ("resample_filter", "freqs")]
        trained = [(n, torch.nn.Parameter(v, requires_grad=False)) for n, v in values
                   if n not in ("resample_filter", "freqs")]
        # A layer that only changes the size says that it has no weight.
        return module("Conv2d", trained or [("weight", None), ("bias", None)], buffers=kept)

    def tree(prefix):
        parts = collections.OrderedDict()
        for name in layers:
            if name.startswith(prefix):
                head = name[len(prefix):].split(".")[0]
                if head not in parts:
                    inner = prefix + head
                    parts[head] = layer(layers[inner]) if inner in layers else tree(inner + ".")
        if prefix in ("enc.", "dec."):
            holder = torch.nn.ModuleDict()
            holder._modules = parts
            return holder
        return module(kwargs["model_type"] if prefix == "" else "UNetBlock", parts=parts.items())

    return module(wrapper, parts=[("model", tree(""))], use_fp16=False,
                  img_resolution=kwargs["img_resolution"], img_channels=kwargs["img_channels"],
                  label_dim=0, _init_args=(), _init_kwargs=dict(kwargs), **attributes)
