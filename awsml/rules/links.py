"""How one call of a plan points at another: by the name it was given, or by a reference."""

from __future__ import annotations

import re

from awsml.plan import Unknown
from awsml.rules.part import Part, PlanView

_REFERENCE = re.compile(r"‹(?P<resource>[^.›]+)(?:\.(?P<member>[^›]+))?›")


def referred(text: str | None) -> tuple[str, str] | None:
    """The resource and member that a text is nothing but a reference to."""
    match = _REFERENCE.fullmatch(text or "")
    return (match["resource"], match["member"] or "") if match else None


def is_secret(part: Part) -> bool:
    """Whether it is a template's parameter with NoEcho, which its author takes for a secret."""
    return isinstance(part.raw, Unknown) and part.raw.secret


def trust_of(role: Part) -> tuple[str, frozenset[str]] | None:
    """The role or instance profile of the same template that a part names, and whom it trusts."""
    text = None if isinstance(role.raw, Unknown) else role.spelled
    for found in _REFERENCE.finditer(text or ""):
        trusted = role.plan.plan.trusts.get(found["resource"])
        if trusted is not None:
            return found["resource"], trusted
    return None


def target_of(pointer: Part, api: str, name: str) -> Part | None:
    """The call of an API that a part points at; `name` is the member that names such calls."""
    return call_named(pointer.plan, api, name, pointer.spelled)


def call_named(plan: PlanView, api: str, name: str, text: str | None) -> Part | None:
    """The call that a text means: by its name, the end of its ARN, or a reference to it."""
    reference = referred(text)
    for call in plan.calls(api):
        if reference is not None and call.call.id == reference[0]:
            return call
        own = call[name].spelled if call[name].known or not reference else None
        if own is not None and text is not None and (text == own or text.endswith(f"/{own}")):
            return call
    return None
