"""The command line's way to AWS; boto3 comes with it, so it is imported where AWS is spoken to."""

from __future__ import annotations

from typing import Any

from awsml.aws.session import Session
from awsml.cli.output import say
from awsml.cli.project import Project


def session_of(project: Project, region: str | None = None, **settings: Any) -> Session:
    """The door to AWS with the command line's profile and region."""
    return Session(project.profile, project.region or region, **settings)


def announced(
    project: Project, what: str = "", region: str | None = None, **settings: Any
) -> Session:
    """The same; whose account it is and what it is about is said first."""
    session = session_of(project, region, **settings)
    about = f": {what}" if what else ""
    say(f"on AWS account {session.identity().account}, {session.region}{about}")
    return session
