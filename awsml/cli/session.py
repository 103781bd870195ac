"""The command line's way to AWS; boto3 comes with it, so it is imported where AWS is spoken to."""

from __future__ import annotations

from awsml.aws.session import Session
from awsml.cli.project import Project


def session_of(project: Project, region: str | None = None) -> Session:
    """The door to AWS with the command line's profile and region."""
    return Session(project.profile, project.region or region)
