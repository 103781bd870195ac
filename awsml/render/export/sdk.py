"""A training plan as a Python script over the SageMaker SDK's core: TrainingJob.create.

ModelTrainer cannot say every request (it makes File of every channel and renames the job), so
the core class is used, whose arguments are the API's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.errors import UsageError
from awsml.plan import Plan
from awsml.render.export.openings import openings_of, snake
from awsml.render.export.python import literal, preamble
from awsml.requests.table import Shape, Table, load_table

_API = "sagemaker:CreateTrainingJob"
_WIDTH = 92
# In sagemaker.core.resources a resource class of this name hides the shape, which it then
# refuses; a mapping is taken.
_HIDDEN = frozenset({"Tag"})


def sdk_text(plan: Plan) -> str:
    """A script that creates the job through sagemaker.core."""
    call, table = plan.call("CreateTrainingJob"), load_table(_API)
    if call is None or table is None or len(plan.calls) != 1:
        raise UsageError(
            f"the SDK's core has a class for training jobs, none for a {plan.kind}",
            hint="export it with `-o boto3`",
            slug="not-exportable",
        )
    script = _Script(table)
    members = table.shapes[table.input].members
    arguments = [
        f"    {snake(name)}={script.expression(value, members.get(name), 4)},"
        for name, value in call.params.items()
    ]
    imports = ["from sagemaker.core.resources import TrainingJob"]
    if script.used:
        names = "".join(f"    {name},\n" for name in sorted(script.used))
        imports.append(f"from sagemaker.core.shapes import (\n{names})")
    lines = [*preamble(plan, openings_of(plan), imports), "", "job = TrainingJob.create("]
    lines += [*arguments, "    region=region,", ")", "job.wait()"]
    return "\n".join(lines) + "\n"


class _Script:
    """Writes values as the SDK's classes, and notes which are used."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.used: set[str] = set()

    def expression(self, value: Any, name: str | None, indent: int) -> str:
        shape = self._table.shapes.get(name) if name is not None else None
        if isinstance(value, Mapping) and shape is not None and shape.members:
            return self._structure(value, name or "", shape, indent)
        if isinstance(value, list | tuple) and value and shape is not None:
            return self._list(value, shape, indent)
        return literal(value, indent)

    def _structure(self, value: Mapping[str, Any], name: str, shape: Shape, indent: int) -> str:
        if name in _HIDDEN:
            return literal({snake(key): item for key, item in value.items()}, indent)
        self.used.add(name)
        rows = [
            f"{snake(key)}={self.expression(item, shape.members.get(key), indent + 4)}"
            for key, item in value.items()
        ]
        return _laid_out(f"{name}(", rows, ")", indent)

    def _list(self, value: Any, shape: Shape, indent: int) -> str:
        rows = [self.expression(item, shape.item, indent + 4) for item in value]
        return _laid_out("[", rows, "]", indent)


def _laid_out(opening: str, rows: list[str], closing: str, indent: int) -> str:
    flat = opening + ", ".join(rows) + closing
    if len(flat) + indent <= _WIDTH and "\n" not in flat:
        return flat
    pad = " " * (indent + 4)
    return "\n".join([opening, *(f"{pad}{row}," for row in rows), " " * indent + closing])
