"""What a run's journal tells of its calls: announced, accepted, or in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from awsml.backends.aws.creation import CREATIONS
from awsml.store.runs import RunStore

ATTEMPT = "attempt "  # how the label of a child begins that is another try of the run


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call as it was written down before it left.

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
    """The latest create call that was accepted or may have been, by the run or an attempt."""
    found = None
    for sender in _senders(store, run_id):
        for call in written_calls(store, sender):
            found = call if call.operation in CREATIONS else found
    return found


def written_calls(store: RunStore, sender: str) -> list[WrittenCall]:
    """Calls in the order sent; one in doubt is the last. A refused one is as if it had not been."""
    accepted: list[WrittenCall] = []
    pending = None
    for step in store.steps(sender):
        verb, _, operation = step.name.rpartition(" ")
        if verb in ("send", "call"):
            pending = WrittenCall(sender, operation, step.detail["params"], step.at)
        elif verb in ("sent", "called") and pending is not None:
            accepted.append(replace(pending, answer=step.detail["answer"]))
            pending = None
        elif verb in ("refused", "not sent"):
            pending = None
    return accepted if pending is None else [*accepted, pending]


def _senders(store: RunStore, run_id: str) -> Iterator[str]:
    yield run_id
    for child in store.children(run_id):
        if (child.label or "").startswith(ATTEMPT):
            yield child.id
