"""What a run has still to send: its calls as they were planned, less those that AWS has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awsml.backends.aws.creation import CREATIONS
from awsml.backends.aws.journal import written_calls
from awsml.plan import Call, Plan, from_json
from awsml.store.run import Run
from awsml.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class Unsent:
    """`answers` are those of the calls before; later ones refer to them."""

    plan: Plan
    answers: Mapping[str, Mapping[str, Any]]

    @property
    def creations(self) -> list[Call]:
        return [call for call in self.plan.calls if call.operation in CREATIONS]

    def __bool__(self) -> bool:
        """A call that makes nothing which costs is of no use alone."""
        return bool(self.creations)

    def told(self, run: Run) -> str:
        """Also true of a call in doubt: whether AWS has it, resuming finds out."""
        planned = sum(request["operation"] in CREATIONS for request in run.requests)
        return f"{len(self.creations)} of {planned} jobs were not sent, or AWS never answered"


def unsent(store: RunStore, run: Run) -> Unsent:
    """Jobs go out one after the other, so as many of each operation as were accepted are done.

    Only a batch run makes several things that stand alone; what is left of an endpoint depends
    on what is there. A run without a journal is not ours.
    """
    calls = written_calls(store, run.id) if run.kind == "batch" else []
    accepted: dict[str, list[Mapping[str, Any]]] = {}
    for call in calls:
        if call.answer is not None:
            accepted.setdefault(call.operation, []).append(call.answer)
    seen: Counter[str] = Counter()
    left, answers = [], {}
    for planned in (_call(request) for request in run.requests if calls):
        number = seen[planned.operation]
        seen[planned.operation] += 1
        known = accepted.get(planned.operation, [])
        if number < len(known):
            answers[key_of(planned)] = known[number]
        else:
            left.append(planned)
    return Unsent(Plan(run.kind, run.name, tuple(left), region=run.region), answers)


def key_of(call: Call) -> str:
    """How a later call names the answer of this one."""
    return f"{call.operation}/{call.id}" if call.id else call.operation


def _call(request: Mapping[str, Any]) -> Call:
    params = from_json(request["params"])
    return Call(request["service"], request["operation"], params, id=request.get("id"))
