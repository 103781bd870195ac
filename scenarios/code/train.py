"""A script that only reads: it passes over its channel and reports how fast the data came."""

import argparse
import os
import time
from pathlib import Path

BLOCK = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    epochs = parser.parse_known_args()[0].epochs
    channel = Path(os.environ.get("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train"))
    for epoch in range(epochs):
        start = time.monotonic()
        size = sum(read(file) for file in sorted(channel.rglob("*")) if file.is_file())
        seconds = max(time.monotonic() - start, 1e-9)
        print(f"epoch={epoch} bytes={size} megabytes_per_second={size / seconds / 1e6:.1f}")


def read(file: Path) -> int:
    size = 0
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            size += len(block)
    return size


if __name__ == "__main__":
    main()
