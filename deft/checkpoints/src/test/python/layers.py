"""Layers as functions of named weights, which come into being when they are first asked for."""

import math

import torch
import torch.nn.functional as F


class Weights(dict):
    """Random weights of a size that keeps values near one, exact in half precision."""

    def ask(self, name, *shape, norm=False):
        if name not in self:
            values = torch.randn(*shape)
            if norm:
                values = 1 + 0.3 * values if name.endswith("weight") else 0.3 * values
            elif len(shape) == 1:
                values = 0.3 * values
            else:
                values = values / math.sqrt(math.prod(shape[1:]))
            self[name] = values.half().float()
        assert tuple(self[name].shape) == shape, name
        return self[name].double()

    def conv(self, name, x, n_out, kernel=3, stride=1, padding=None):
        weight = self.ask(name + ".weight", n_out, x.shape[1], kernel, kernel)
        bias = self.ask(name + ".bias", n_out)
        return F.conv2d(x, weight, bias, stride, kernel // 2 if padding is None else padding)

    def linear(self, name, x, n_out):
        return F.linear(x, self.ask(name + ".weight", n_out, x.shape[1]),
                        self.ask(name + ".bias", n_out))

    def norm(self, name, x, groups, eps):
        c = x.shape[1]
        return F.group_norm(x, groups, self.ask(name + ".weight", c, norm=True),
                            self.ask(name + ".bias", c, norm=True), eps)


def bigger(x):
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def smaller(x):
    return F.avg_pool2d(x, 2)


def attend(q, k, v):
    """Softmax attention over places; arguments are batch x heads x channels x places."""
    scores = torch.einsum("bhcq,bhck->bhqk", q, k) / math.sqrt(q.shape[2])
    return torch.einsum("bhqk,bhck->bhcq", scores.softmax(dim=-1), v)


def waves(t, width, cosines_first=True, last=0):
    half = width // 2
    angles = t.double()[:, None] * torch.exp(
        -math.log(10000.0) * torch.arange(half).double() / (half - last))
    parts = [angles.cos(), angles.sin()]
    return torch.cat(parts if cosines_first else parts[::-1], dim=1)
