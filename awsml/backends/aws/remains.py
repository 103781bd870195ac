"""What deployments of an endpoint that did not come to their end left behind on AWS.

Models and configurations cost nothing, but nobody else will ever take them away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws
from awsml.backends.aws.journal import written_calls
from awsml.errors import BackendError
from awsml.events import Event, Note
from awsml.store.run import Run
from awsml.store.runs import RunStore

_GONE = "dropped what was left"
_DELETIONS = {  # a configuration goes before its model
    "CreateEndpointConfig": ("DeleteEndpointConfig", "EndpointConfigName"),
    "CreateModel": ("DeleteModel", "ModelName"),
}


@dataclass(frozen=True, slots=True)
class Remains:
    """Those of one endpoint, found in the journals of its earlier deployments from here."""

    aws: Aws
    store: RunStore

    def drop(self, present: Run) -> Iterator[Event]:
        """Deletes them; what is in use by now is the present deployment's own."""
        for run in self.store.find(kind="endpoint", backend="aws", name=present.name):
            if run.id != present.id and not (run.watched and not run.over) and self._here(run):
                yield from self._dropped(run)

    def _here(self, run: Run) -> bool:
        """Of this account and region, and not looked through before."""
        account = run.remote.get("account", self.aws.identity().account)
        here = (account, run.region) == (self.aws.identity().account, self.aws.region)
        return here and all(step.name != _GONE for step in self.store.steps(run.id))

    def _dropped(self, run: Run) -> Iterator[Event]:
        made = {call.operation: call for call in written_calls(self.store, run.id)}
        for operation, (deletion, key) in _DELETIONS.items():
            if operation not in made:
                continue
            name = str(made[operation].params[key])
            try:
                self.aws.call("sagemaker", deletion, {key: name})
            except AwsRefused as refused:
                if not is_absent(refused):
                    yield Note(f"{name} of an earlier deployment is still there", "warning")
                    return
            except BackendError:
                return  # the next deployment asks again
            else:
                yield Note(f"deleted {name}, which an earlier deployment had left")
        self.store.journal(run.id, _GONE)
