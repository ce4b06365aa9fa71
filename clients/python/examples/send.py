"""Sends masked pictures: send.py [HOW-MANY]"""
import datetime
import os
import sys

import numpy as np
from deftstream import MeasurementProducer

servers = os.environ.get("BOOTSTRAP_SERVERS", "127.0.0.1:9092")
registry = os.environ.get("SCHEMA_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7")
topic = os.environ.get("TOPIC", "measurements")
task = os.environ.get("TASK", "fashion-32/inpaint")
random = np.random.default_rng(7)

with MeasurementProducer(servers, registry, topic) as producer:
    for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        mask = random.random((32, 32)) > 0.4
        values = mask[..., None] * random.uniform(-1, 1, (32, 32, 1))
        producer.send(
            f"py-{i}",
            task,
            values,
            auxiliary={"mask": mask},
            key="camera-1",
            priority=10,
            deadline=datetime.timedelta(minutes=10),
        )
print("stored")
