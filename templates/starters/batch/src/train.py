"""Trains a line y = a x + b by gradient descent, and goes on from its checkpoint after a reclaim.

Standard library only, so that it runs anywhere. awsml tells it by AWSML_CHECKPOINTS where
checkpoints go: a folder here, an s3:// prefix on AWS.
"""

import argparse
import json
import os
import random
import time
from pathlib import Path


class Checkpoints:
    """One JSON file in a folder or under an s3:// prefix."""

    def __init__(self, place):
        self.remote = place if place.startswith("s3://") else None
        folder = Path("checkpoint" if self.remote else place)
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "state.json"

    def read(self):
        if self.remote:
            self._copy(download=True)
        return json.loads(self.file.read_text()) if self.file.exists() else None

    def write(self, state):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(state))
        fresh.replace(self.file)  # a reclaim in between leaves the old one whole
        if self.remote:
            self._copy(download=False)

    def _copy(self, download):
        import boto3
        from botocore.exceptions import ClientError

        bucket, _, prefix = self.remote.removeprefix("s3://").partition("/")
        key, s3 = f"{prefix.rstrip('/')}/state.json", boto3.client("s3")
        if not download:
            s3.upload_file(str(self.file), bucket, key)
            return
        try:
            s3.download_file(bucket, key, str(self.file))
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    epochs = parser.parse_args().epochs
    kept = Checkpoints(os.environ.get("AWSML_CHECKPOINTS", "./checkpoints"))
    state = kept.read() or {"epoch": 0, "a": 0.0, "b": 0.0}
    attempt = os.environ.get("AWS_BATCH_JOB_ATTEMPT", "1")
    print(f"attempt {attempt}, from epoch {state['epoch']}", flush=True)
    draw = random.Random(7)
    points = [(x, 3.0 * x + 1.0 + draw.gauss(0, 0.05)) for x in (draw.random() for _ in range(200))]
    for epoch in range(state["epoch"] + 1, epochs + 1):
        for x, y in points:
            error = state["a"] * x + state["b"] - y
            state["a"] -= 0.05 * error * x
            state["b"] -= 0.05 * error
        loss = sum((state["a"] * x + state["b"] - y) ** 2 for x, y in points) / len(points)
        state["epoch"] = epoch
        kept.write(state)
        print(f"epoch {epoch}/{epochs} loss={loss:.5f}", flush=True)
        time.sleep(0.15)
    print(f"a={state['a']:.2f} b={state['b']:.2f}", flush=True)


if __name__ == "__main__":
    main()
