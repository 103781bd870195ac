"""Logistic regression without any library: reads files or a stream, and keeps checkpoints."""

import argparse
import json
import math
import os
import time
from pathlib import Path

CHANNEL = Path(os.environ["SM_CHANNEL_TRAIN"])
MODEL = Path(os.environ["SM_MODEL_DIR"])
PAUSE_SECONDS = 0.05  # an epoch of real work takes longer than this one
CHECKPOINT = MODEL.parent / "checkpoints" / "state.json"


def rows(epoch):
    """The rows of one epoch. In Pipe mode each epoch is a FIFO of its own, read once."""
    mode = json.loads(os.environ["SM_INPUT_DATA_CONFIG"])["train"].get("TrainingInputMode")
    if mode == "Pipe":
        files = [Path(f"{CHANNEL}_{epoch}")]
    else:
        files = sorted(CHANNEL.glob("*.csv"))
    for file in files:
        with open(file) as lines:
            for line in lines:
                label, *features = map(float, line.split(","))
                yield label, features


def restored(size):
    """Weights and the next epoch: from the checkpoint if there is one."""
    if CHECKPOINT.exists():
        state = json.loads(CHECKPOINT.read_text())
        print(f"resumed at epoch {state['epoch']}")
        return state["weights"], state["epoch"]
    return [0.0] * size, 0


def save(weights, epoch):
    """Write beside, then swap: an interruption never leaves half a checkpoint."""
    CHECKPOINT.parent.mkdir(parents=True, exist_ok=True)
    beside = CHECKPOINT.with_suffix(".new")
    beside.write_text(json.dumps({"weights": weights, "epoch": epoch}))
    beside.replace(CHECKPOINT)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=0.1)
    options = parser.parse_args()

    weights, first = restored(size=5)
    # A FIFO belongs to an epoch of this process, so streams count from 0 after a restart.
    for stream, epoch in enumerate(range(first, options.epochs)):
        loss = right = count = 0
        for label, features in rows(stream):
            features.append(1.0)
            score = sum(w * x for w, x in zip(weights, features))
            chance = 1 / (1 + math.exp(-score))
            loss -= math.log(chance if label else 1 - chance)
            right += (chance > 0.5) == bool(label)
            count += 1
            step = options.lr * (label - chance)
            weights = [w + step * x for w, x in zip(weights, features)]
        time.sleep(PAUSE_SECONDS)
        save(weights, epoch + 1)
        print(f"epoch={epoch} loss={loss / count:.4f} accuracy={right / count:.4f}", flush=True)

    (MODEL / "model.json").write_text(json.dumps({"weights": weights}))


if __name__ == "__main__":
    main()
