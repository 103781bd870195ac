"""Checks parameters against the tables of the services' own models."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.plan import Call
from awsml.requests.complaint import Complaint


def check_shape(call: Call) -> Iterator[Complaint]:
    """Everything that the service's model refuses in a call's parameters."""
    return iter(())
