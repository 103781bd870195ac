"""What a plan leaves open, as names that exported code fills in before the calls."""

from __future__ import annotations

import re
from dataclasses import dataclass

from awsml.errors import UsageError
from awsml.plan import Call, Plan, Ref, Unknown, refs_of, walk

ROLE = "arn:aws:iam::ACCOUNT:role/NAME"


@dataclass(frozen=True, slots=True)
class Openings:
    """The refs of a plan; `uploads` are folders on this machine that have to be in S3."""

    names: frozenset[str]
    uploads: tuple[Ref, ...]

    @property
    def delays(self) -> dict[str, int]:
        """Variables for moments that lie so many seconds ahead, which a ref calls in:SECONDS."""
        ahead = [name for name in sorted(self.names) if name.startswith("in:")]
        return {variable(Ref(name)): int(name.removeprefix("in:")) for name in ahead}

    @property
    def bucket(self) -> bool:
        return "default-bucket" in self.names or bool(self.uploads)

    @property
    def account(self) -> bool:
        return self.bucket or "account" in self.names


def openings_of(plan: Plan) -> Openings:
    """Every ref of the plan's calls; a value that nobody knows cannot be exported."""
    refs: dict[Ref, None] = {}
    for call in plan.calls:
        for path, value in walk(call.params):
            if isinstance(value, Unknown):
                raise UsageError(
                    f"{path} is not known: {value.reason}",
                    hint="set it in the scenario",
                    slug="plan-has-unknowns",
                )
        refs.update(dict.fromkeys(refs_of(call.params)))
    names = frozenset(ref.name for ref in refs)
    return Openings(names, tuple(ref for ref in refs if ref.path is not None))


def variable(ref: Ref) -> str:
    """The name that stands for a ref in code: data:train is `data_train`."""
    if ref.name.startswith("output:"):
        operation, _, field = ref.name.removeprefix("output:").partition(".")
        return f"{snake(operation)}_{snake(field)}"
    return re.sub(r"\W", "_", ref.name)


def step_of(call: Call) -> str:
    """What refs call a call by: its operation, and its name where there are several."""
    return f"{call.operation}/{call.id}" if call.id else call.operation


def snake(name: str) -> str:
    """SageMaker SDK's own spelling: VolumeSizeInGB is volume_size_in_gb."""
    name = re.sub(r"\W", "_", name)
    spaced = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()
