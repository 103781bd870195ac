"""The stack of a batch scenario, as `deploy` and `destroy` reach it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from time import sleep, time
from typing import TYPE_CHECKING

from awsml.api import Planned
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.kinds.batch.names import stack_name

if TYPE_CHECKING:
    from awsml.aws.session import Session
    from awsml.backends.aws.stack import Stack


def session_for(project: Project, work: Planned) -> Session:
    from awsml.cli.session import announced

    return announced(project, work.plan.name, work.plan.region)


def stack_of(session: Session, work: Planned) -> Stack:
    from awsml.backends.aws.stack import Stack  # boto3 only where AWS is spoken to

    return Stack(session, stack_name(work.spec), sleep)


def tell(lines: Iterator[str]) -> None:
    for line in lines:
        say(line)


def token_of(*parts: str) -> str:
    """Of one attempt: CloudFormation takes a request with the same token as the same one."""
    return hashlib.sha256("\0".join([*parts, str(time())]).encode()).hexdigest()[:16]
