"""A noisy regression by momentum descent, without any library: fast enough to be tuned here."""

import argparse
import json
import os
import random
from pathlib import Path

TRUE = [1.5, -2.0, 0.5, 3.0]


def rows(count, seed):
    luck = random.Random(seed)
    for _ in range(count):
        features = [luck.gauss(0, 1) for _ in TRUE]
        label = sum(w * x for w, x in zip(TRUE, features)) + luck.gauss(0, 0.3)
        yield features, label


def error(weights, data):
    return sum((sum(w * x for w, x in zip(weights, f)) - y) ** 2 for f, y in data) / len(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--decay", type=float, default=0.0)
    options = parser.parse_args()

    train, validation = list(rows(60, seed=1)), list(rows(200, seed=2))
    weights, speed = [0.0] * len(TRUE), [0.0] * len(TRUE)
    for epoch in range(options.epochs):
        for features, label in train:
            miss = sum(w * x for w, x in zip(weights, features)) - label
            for i, x in enumerate(features):
                slope = miss * x + options.decay * weights[i]
                speed[i] = options.momentum * speed[i] - options.lr * slope
                weights[i] = max(-1e6, min(1e6, weights[i] + speed[i]))
        print(f"epoch={epoch} validation loss={error(weights, validation):.6f}", flush=True)

    model = Path(os.environ["SM_MODEL_DIR"]) / "model.json"
    model.write_text(json.dumps({"weights": weights}))


if __name__ == "__main__":
    main()
