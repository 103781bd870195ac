"""`awsml plan --compare BASE`: the same report beside that of a base."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from awsml.api import Planned
from awsml.cli.output import Writer, as_json_text
from awsml.cli.planning import flag_reader, planned
from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.render.compare import (
    Change,
    changes,
    compare_json,
    compare_markdown,
    compare_text,
)


def comparison(
    project: Project, base: Path, work: Planned, target: str | None
) -> dict[str, Writer]:
    """What `work` changes against the base, in each format."""
    before = base_plan(project, base, target)
    found = changes(before, work.report.as_json())
    return {
        "text": lambda style: compare_text(found, style.width),
        "json": lambda _: as_json_text(compare_json(found)),
        "markdown": lambda _: compare_markdown(found, work.plan.name),
        "html": lambda _: _html(found, work.plan.name, project.shown(base)),
    }


def base_plan(project: Project, base: Path, target: str | None) -> Mapping[str, Any]:
    """The JSON that an earlier `awsml plan -o json` wrote, or a scenario planned now, without
    the flags that are being tried."""
    if base.suffix != ".json":
        return planned(project, base, flag_reader(project), target=target).report.as_json()
    try:
        plan = json.loads(base.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{project.shown(base)} cannot be read as a plan: {error}",
            hint="write it with `awsml plan -o json=base.json`",
        ) from error
    if not isinstance(plan, dict) or "calls" not in plan or "cost" not in plan:
        raise UsageError(
            f"{project.shown(base)} is no plan",
            hint="write it with `awsml plan -o json=base.json`",
        )
    return plan


def _html(found: Sequence[Change], name: str, base: str) -> str:
    from awsml.render.compare_page import compare_page  # charts and style sheets: only for a page

    return compare_page(found, name, base)
