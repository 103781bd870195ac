"""Which child of an array `--child` means: `3`, or `train:3` where several steps are arrays."""

from __future__ import annotations

import re

from awsml.backends.local.batch.jobs import ONLY
from awsml.errors import UsageError
from awsml.store.run import Run
from awsml.units import counted

_CHILD = re.compile(r"(?:(?P<label>[^:]+):)?(?P<index>\d+)")


def child_key(run: Run, text: str) -> str:
    """`train:3`, as log lines are labelled."""
    match = _CHILD.fullmatch(text)
    if match is None:
        raise UsageError(
            f"`{text}` is no child of an array", hint="write it like `--child 3` or `train:3`"
        )
    sizes = array_sizes(run)
    label = match["label"] or _only(run, sizes, match["index"])
    if label not in sizes:
        known = ", ".join(sizes) or "none"
        raise UsageError(
            f"run {run.id} has no array `{label}`; its arrays: {known}",
            hint=f"awsml logs {run.id}",
            slug="no-such-job",
        )
    if int(match["index"]) >= sizes[label]:
        raise UsageError(
            f"`{label}` has {counted(sizes[label], 'child', 'children')}, counted from 0",
            hint=f"--child {label}:{sizes[label] - 1}",
            slug="no-such-job",
        )
    return f"{label}:{int(match['index'])}"


def array_sizes(run: Run) -> dict[str, int]:
    """Children of each array of the run."""
    jobs = [request for request in run.requests if request["operation"] == "SubmitJob"]
    found = {job.get("id") or ONLY: job["params"].get("arrayProperties", {}) for job in jobs}
    return {label: int(array["size"]) for label, array in found.items() if "size" in array}


def _only(run: Run, sizes: dict[str, int], index: str) -> str:
    if len(sizes) > 1:
        some = " or ".join(f"`{label}:{index}`" for label in list(sizes)[:3])
        raise UsageError(f"run {run.id} has several arrays", hint=f"write {some}")
    return next(iter(sizes), ONLY)
