"""What a run's journal tells of its create calls: announced, accepted, or in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from awsml.backends.aws.creation import CREATIONS
from awsml.store.runs import RunStore

ATTEMPT = "attempt "  # how the label of a child begins that is another try of the run


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A create call as it was written down before it left.

    `sender` is the run whose tag it carries: the run itself, or an attempt of it. Without an
    `answer` it is not known whether AWS accepted it.
    """

    sender: str
    operation: str
    params: Mapping[str, Any]
    at: float  # when it was written down
    answer: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        return CREATIONS[self.operation].name(self.params)


def last_call(store: RunStore, run_id: str) -> WrittenCall | None:
    """The latest call that was accepted or may have been, by the run or by its latest attempt."""
    found = None
    for sender in _senders(store, run_id):
        found = _last_of(store, sender) or found
    return found


def _senders(store: RunStore, run_id: str) -> Iterator[str]:
    yield run_id
    for child in store.children(run_id):
        if (child.label or "").startswith(ATTEMPT):
            yield child.id


def _last_of(store: RunStore, sender: str) -> WrittenCall | None:
    """A refused call is as if it had not been; an earlier accepted one still counts."""
    accepted, pending = None, None
    for step in store.steps(sender):
        verb, _, operation = step.name.rpartition(" ")
        if operation not in CREATIONS:
            continue
        if verb == "send":
            pending = WrittenCall(sender, operation, step.detail["params"], step.at)
        elif verb == "sent" and pending is not None:
            accepted = replace(pending, answer=step.detail["answer"])
            pending = None
        else:
            pending = None
    return pending or accepted
