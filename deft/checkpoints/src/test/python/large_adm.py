#!/usr/bin/python3
"""Writes a checkpoint of random weights in the structure of 256x256_diffusion_uncond.pt (Dhariwal and
Nichol, 2021): 552,807,171 parameters, and three more rows for a learned variance, in 2.2 GB.

    apt-get install python3-torch
    python3 large_adm.py /tmp/large.pt
"""

import sys

import torch

import adm
from layers import Weights

torch.manual_seed(0)
weights = Weights()
with torch.no_grad():
    # Every layer once, for the smallest image that has a pixel on each of the six levels.
    adm.network(weights, torch.zeros(1, 3, 32, 32).double(), torch.zeros(1), base=256,
                mult=(1, 1, 2, 2, 4, 4), blocks=2, attention={3, 4, 5}, head=64, outputs=6)
torch.save(dict(weights), sys.argv[1])
print(f"{sum(w.numel() for w in weights.values()):,} parameters")
