"""Prints reconstructions and dead letters, a line each, until HOW-MANY have come: receive.py [HOW-MANY]"""
import os
import sys

from deftstream import Reconstruction, ReconstructionConsumer

servers = os.environ.get("BOOTSTRAP_SERVERS", "127.0.0.1:9092")
registry = os.environ.get("SCHEMA_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7")
topic = os.environ.get("RECONSTRUCTIONS", "reconstructions")
letters = os.environ.get("DEAD_LETTERS", "measurements.dlq")
wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1

with ReconstructionConsumer(servers, registry, topic, letters, group="viewer-py") as consumer:
    for count, answer in enumerate(consumer.answers(timeout=120), start=1):
        if isinstance(answer, Reconstruction):
            mean, how = answer.mean, answer.provenance
            print("reconstruction", answer.measurement_id, how["method"], f"{how['residual']:.2f}",
                  mean.shape, mean.dtype, f"{mean.sum(dtype='float64'):.6f}", flush=True)
        else:
            print("dead letter", (answer.key or b"").decode(), answer.reason, answer.message, flush=True)
        if count == wanted:
            break
