"""Small projects that run on this machine in about a second, and write down what they did.

Every script appends to the file `effects` when it starts and when it ends, and takes a lock, so
that work done twice or twice at once shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.campaign.driver import Place

_WITNESS = """
import fcntl, os, subprocess, sys, time
def witness(effects, name):
    lock = open(f"{effects}.{name}.lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        tell(effects, f"overlap {name}")
    tell(effects, f"start {name}")
    return lock
def tell(effects, text):
    with open(effects, "a") as file:
        file.write(text + "\\n")
"""
_TRAIN = (
    _WITNESS
    + """
import argparse, json, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--effects")
parser.add_argument("--lr", default="0")
options = parser.parse_args()
name = json.loads(os.environ["SM_TRAINING_ENV"])["job_name"].rpartition("-")[2]
lock = witness(options.effects, name)
subprocess.Popen(["sleep", "600"], start_new_session=True)
stream = pathlib.Path(os.environ.get("SM_CHANNEL_TRAIN", "none") + "_0")
if stream.exists():
    stream.read_bytes()
print("loss=0.5", flush=True)
pathlib.Path("/opt/ml/checkpoints/state").write_text("1")
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "m").write_text("m")
time.sleep(0.1)
tell(options.effects, f"end {name}")
"""
)
_BATCH = (
    _WITNESS
    + """
name = os.environ["AWS_BATCH_JOB_ARRAY_INDEX"]
lock = witness(sys.argv[1], name)
subprocess.Popen(["sleep", "600"])
time.sleep(0.1)
tell(sys.argv[1], f"end {name}")
"""
)
_SERVE = """
def model_fn(folder):
    return open(folder + "/weights").read()
def predict_fn(rows, model):
    return rows
def input_fn(body, kind):
    return body
def output_fn(rows, accept):
    return rows
"""
ROLE = "arn:aws:iam::111122223333:role/trainer"
TRAINING = """\
  code: {dir: ./src, entry: train.py}
  image: {framework: pytorch, version: "2.10"}
  compute: {instance: ml.m5.xlarge}
  workload: {compute: 1m}
  metrics: {loss: 'loss=([0-9.]+)'}
  limits: {runtime: 15m}
"""
_HYPERPARAMETERS = "  hyperparameters: {effects: EFFECTS}\n"
_HEAD = f"region: us-east-1\nrole: {ROLE}\n"
_CHANNEL = """\
inputs: {train: {from: ./data, mode: pipe, reads: stream, data: {size: 1 KB, objects: 1}}}
checkpoint: {every: 1s}
"""
TRAIN_YAML = (
    f"kind: training\nname: demo\n{_HEAD}{_CHANNEL}"
    + (TRAINING + _HYPERPARAMETERS).replace("\n  ", "\n")[2:]
)
TUNE_YAML = f"""\
kind: tuning
name: demo
{_HEAD}training:
{TRAINING}{_HYPERPARAMETERS}\
objective: {{metric: loss, goal: minimize}}
strategy: random
budget: {{trials: 4, parallel: 2}}
parameters: {{lr: {{low: 1e-4, high: 1}}}}
seed: 3
"""
BATCH_YAML = """\
kind: batch
name: demo
region: us-east-1
image: {framework: pytorch, version: "2.13"}
source: {dir: ./src}
command: [python3, train.py, EFFECTS]
array: 3
resources: {vcpus: 1, memory: 1 GB}
compute: {instances: [m5]}
timeout: 2h
workload: {compute: 1h}
"""
ENDPOINT_YAML = f"""\
kind: endpoint
name: demo
{_HEAD}model:
  data: ./model
  image: {{framework: sklearn, version: "1.2-1"}}
  code: {{dir: ./src, entry: inference.py}}
compute: {{instance: ml.m6i.large, count: 1}}
serving: {{workers: 1}}
"""


@dataclass(frozen=True, eq=False)
class Work:
    """One command of awsml with the files it needs; `resume` goes on with its last run."""

    name: str
    words: tuple[str, ...]
    files: Mapping[str, str]
    resume: tuple[str, ...] | None = None

    def put(self, place: Place) -> None:
        for name, text in self.files.items():
            file = place.project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("EFFECTS", str(place.folder / "effects")))


def effects(place: Place) -> list[str]:
    """What the scripts of a place have done, in order."""
    file = place.folder / "effects"
    return file.read_text().splitlines() if file.exists() else []


TRAIN = Work(
    "train",
    ("train",),
    {"train.yaml": TRAIN_YAML, "src/train.py": _TRAIN, "data/a": "1,2\n", "awsml.yaml": ""},
    ("train", "--resume", "last"),
)
HPO = Work(
    "hpo",
    ("hpo",),
    {"tune.yaml": TUNE_YAML, "src/train.py": _TRAIN, "awsml.yaml": ""},
    ("hpo", "--resume", "last"),
)
BATCH = Work(
    "batch submit",
    ("batch", "submit"),
    {"batch.yaml": BATCH_YAML, "src/train.py": _BATCH, "awsml.yaml": ""},
    ("batch", "submit", "--resume", "last"),
)
ENDPOINT = Work(
    "endpoint deploy",
    ("endpoint", "deploy"),
    {"endpoint.yaml": ENDPOINT_YAML, "src/inference.py": _SERVE, "model/weights": "1"}
    | {"awsml.yaml": ""},
)
