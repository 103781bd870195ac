"""Sends a create call at most once, whatever gets lost on the way.

The request is on disk before it leaves. A lost answer is settled by asking AWS for the name; a
name that is taken is ours only if our run's tag is on it. What stays unknown is said, not guessed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.aws.refusals import AwsNotSent, AwsRefused, AwsSilent
from awsml.aws.session import Aws
from awsml.backends.aws.creation import CREATIONS, Creation
from awsml.backends.aws.journal import WrittenCall
from awsml.errors import BackendError
from awsml.store.runs import RunStore

# How soon a describe sees what was created is documented nowhere; three looks over a minute.
_LOOKS_AFTER_SECONDS = (1.0, 14.0, 45.0)
_SENDS = 3
# Where the service takes any number of one name, a second send waits until no listing can lag
# behind the first one any more; how long that is, nobody documents.
_LATEST_LISTING_SECONDS = 900.0


class OutcomeUnknown(BackendError):
    """Neither the answer nor a look told whether AWS accepted a create call."""

    slug = "aws-outcome-unknown"


class NameTaken(BackendError):
    """Something that is not this run's already has the name."""

    slug = "aws-name-taken"


@dataclass(frozen=True, slots=True)
class Submission:
    """The sending side of one run: where to send, where to write down, and how to wait."""

    aws: Aws
    store: RunStore
    run_id: str
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    def send(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a create call: from AWS, or found by asking when it was lost."""
        creation = CREATIONS[operation]
        return self._send(creation, creation.tagged(params, self.run_id))

    def settle(self, call: WrittenCall) -> Mapping[str, Any]:
        """Go on with a call that an earlier process announced and may have sent."""
        creation = CREATIONS[call.operation]
        found = self._found(creation, call.params)
        if found is not None:
            return found
        if not creation.guarded and self.clock() - call.at < _LATEST_LISTING_SECONDS:
            raise self._unknown(creation, call.name)
        return self._send(creation, call.params)

    def look(self, call: WrittenCall) -> Mapping[str, Any] | None:
        """One look for a call in doubt; nothing is sent."""
        creation = CREATIONS[call.operation]
        found = creation.find(self.aws, call.params)
        if found is None or found.run != self.run_id:
            return None
        return self._accepted(creation, found.answer)

    def _send(self, creation: Creation, params: Mapping[str, Any]) -> Mapping[str, Any]:
        name = creation.name(params)
        for _ in range(_SENDS):
            self._write("send", creation, name=name, params=params)
            try:
                return self._sent(creation, params)
            except AwsSilent as silent:
                found = self._found(creation, params)
                if found is not None:
                    return found
                if not creation.guarded:
                    raise self._unknown(creation, name) from silent
        raise self._unknown(creation, name)

    def _sent(self, creation: Creation, params: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self.aws.send_once(creation.service, creation.operation, params)
        except AwsRefused as refused:
            if creation.says_taken(refused):
                return self._taken(creation, params, refused)
            self._write("refused", creation, code=refused.code, detail=refused.detail)
            raise
        except AwsNotSent as error:
            self._write("not sent", creation, detail=error.message)
            raise
        return self._accepted(creation, answer)

    def _taken(
        self, creation: Creation, params: Mapping[str, Any], refused: AwsRefused
    ) -> Mapping[str, Any]:
        """Ours after all, when an earlier send of this run got through."""
        found = self._found(creation, params)
        if found is None:
            raise self._unknown(creation, creation.name(params)) from refused
        return found

    def _found(self, creation: Creation, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What AWS has under the name; None only when every look said: nothing."""
        name, blind = creation.name(params), None
        for seconds in _LOOKS_AFTER_SECONDS:
            self.sleep(seconds)
            try:
                found = creation.find(self.aws, params)
            except BackendError as error:
                blind = error
                continue
            blind = None
            if found is not None and found.run == self.run_id:
                return self._accepted(creation, found.answer)
            if found is not None:
                self._write("refused", creation, code="name taken")
                raise NameTaken(
                    f"`{name}` exists on AWS already, and it is not this run's",
                    hint="choose another `name`",
                )
        if blind is not None:
            raise self._unknown(creation, name) from blind
        return None

    def _accepted(self, creation: Creation, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        self._write("sent", creation, answer=dict(answer))
        return answer

    def _unknown(self, creation: Creation, name: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"it is not known whether AWS accepted {creation.operation} `{name}`",
            hint=f"nothing more is sent; when AWS answers again, run `awsml status {self.run_id}`",
        )

    def _write(self, step: str, creation: Creation, **detail: Any) -> None:
        self.store.journal(self.run_id, f"{step} {creation.operation}", **detail)
