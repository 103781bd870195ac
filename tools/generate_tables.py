"""Writes awsml/requests/data from the service models of the installed botocore.

    python tools/generate_tables.py            writes
    python tools/generate_tables.py --check    only says which files are stale (exit status 1)

One file per operation, a line per shape; SOURCE.json says which botocore it was, and when.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
import botocore.session

DATA = Path(__file__).parents[1] / "awsml" / "requests" / "data"

OPERATIONS = {
    "sagemaker": (
        "CreateTrainingJob",
        "CreateHyperParameterTuningJob",
        "CreateModel",
        "CreateEndpointConfig",
        "CreateEndpoint",
        "UpdateEndpoint",
        "CreateInferenceComponent",
        "CreateProcessingJob",
        "CreateTransformJob",
    ),
    "batch": (
        "CreateComputeEnvironment",
        "UpdateComputeEnvironment",
        "CreateJobQueue",
        "UpdateJobQueue",
        "CreateSchedulingPolicy",
        "CreateServiceEnvironment",
        "RegisterJobDefinition",
        "SubmitJob",
        "SubmitServiceJob",
    ),
    "application-autoscaling": ("RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"),
    "events": ("PutRule", "PutTargets"),
    "scheduler": ("CreateSchedule", "UpdateSchedule"),
    "cloudformation": ("CreateStack", "CreateChangeSet"),
}

# Batch compares enum values without case: `action: Exit` and `type: Managed` work.
ANY_CASE = {"batch"}

# Checked by rules of their own, which know newer types and those of another use.
OPEN_ENUMS = {"TrainingInstanceType", "ProductionVariantInstanceType"}

# Java's classes in Python's syntax. L is widened to word characters: never a false complaint.
CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
    r"\p{Print}": r"\x20-\x7e",
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{ASCII}": r"\x00-\x7f",
    r"\p{Graph}": r"\x21-\x7e",
}
# The same language without nested repetition, which a long wrong value would make explode.
REWRITTEN = {
    r"^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$": r"\t*[\x20-\x7E][\t\x20-\x7E]*",
}
SURROGATES = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, list stale files")
    files = tables(datetime.now(UTC).date().isoformat())
    check = parser.parse_args().check
    stale = [name for name, text in files.items() if _differs(DATA / name, text)]
    if check:
        print("\n".join(stale) or "up to date")
        return 1 if stale else 0
    for name in stale:
        (DATA / name).parent.mkdir(parents=True, exist_ok=True)
        (DATA / name).write_text(files[name], encoding="utf-8")
    print(f"{len(stale)} of {len(files)} files written from botocore {botocore.__version__}")
    return 0


def tables(date: str) -> dict[str, str]:
    """The text of every file by its name below the data folder."""
    session = botocore.session.get_session()
    files, versions = {}, {}
    for service, operations in OPERATIONS.items():
        model = session.get_service_model(service)
        versions[service] = model.api_version
        for operation in operations:
            shapes: dict[str, dict[str, Any]] = {}
            root = model.operation_model(operation).input_shape
            _collect(root, shapes, service in ANY_CASE)
            files[f"{service}/{operation}.json"] = _table_text(root.name, shapes)
    source = {"botocore": botocore.__version__, "date": date, "api_versions": versions}
    files["SOURCE.json"] = json.dumps(source, indent=1) + "\n"
    return files


def _collect(shape: Any, shapes: dict[str, dict[str, Any]], any_case: bool) -> None:
    """The shape and everything below it, by name."""
    if shape.name in shapes:
        return
    shapes[shape.name] = row = _row(shape, any_case)
    if shape.type_name == "structure":
        row["members"] = {name: inner.name for name, inner in shape.members.items()}
        inner_shapes = list(shape.members.values())
    elif shape.type_name == "list":
        row["item"] = shape.member.name
        inner_shapes = [shape.member]
    elif shape.type_name == "map":
        row |= {"key": shape.key.name, "value": shape.value.name}
        inner_shapes = [shape.key, shape.value]
    else:
        inner_shapes = []
    for inner in inner_shapes:
        _collect(inner, shapes, any_case)


def _row(shape: Any, any_case: bool) -> dict[str, Any]:
    facts = shape.metadata
    row: dict[str, Any] = {"type": shape.type_name}
    if shape.type_name == "structure" and facts.get("required"):
        row["required"] = list(facts["required"])
    if facts.get("enum"):
        row["enum"] = list(facts["enum"])
        if any_case:
            row["any_case"] = True
        if shape.name in OPEN_ENUMS:
            row["open"] = True
    if facts.get("pattern") and facts["pattern"] not in (".*", r"[\s\S]*", r"[\S\s]*"):
        row["pattern"] = python_pattern(facts["pattern"])
        if row["pattern"] != facts["pattern"]:
            row["aws_pattern"] = facts["pattern"]
    return row | {name: facts[name] for name in ("min", "max") if name in facts}


def python_pattern(pattern: str) -> str:
    """A Java pattern as Python reads it; raises re.error where that is not possible."""
    pattern = REWRITTEN.get(pattern, pattern).replace(*SURROGATES)
    for java, python in CLASSES.items():
        pattern = re.sub(rf"(?<!\\){re.escape(java)}", lambda m, p=python: _classed(m, p), pattern)
    re.compile(pattern)
    return pattern


def _classed(match: re.Match[str], python: str) -> str:
    """A class stands bare inside brackets and needs its own outside."""
    before = re.sub(r"\\.", "", match.string[: match.start()])
    inside = before.rfind("[") > before.rfind("]")
    return python if inside else f"[{python}]"


def _table_text(root: str, shapes: dict[str, dict[str, Any]]) -> str:
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in shapes.items())
    return f'{{"input": {json.dumps(root)}, "shapes": {{\n{rows}\n}}}}\n'


def _differs(path: Path, text: str) -> bool:
    """Whether a file has to be written; the date alone is no difference."""
    if not path.exists():
        return True
    stored = path.read_text(encoding="utf-8")
    if path.name == "SOURCE.json":
        return {**json.loads(stored), "date": ""} != {**json.loads(text), "date": ""}
    return stored != text


if __name__ == "__main__":
    sys.exit(main())
