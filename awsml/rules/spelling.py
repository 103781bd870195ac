"""Members of a request as a CloudFormation template spells them: with a capital first letter."""

from __future__ import annotations

import re
from functools import cache

from awsml.requests.table import load_table

# A member, or a path of them: in backticks, before a colon, or with a capital inside.
_NAME = re.compile(r"(?P<tick>`)?\b(?P<path>[a-z]\w*(?:\.[a-z]\w*)*)\b(?P<colon>:)?")


def as_template(text: str, api: str) -> str:
    """A text about a request of an API, for whoever has only the template."""
    members = _members(api)
    return _NAME.sub(lambda match: _spelled(match, members), text) if members else text


def _spelled(match: re.Match[str], members: frozenset[str]) -> str:
    steps = match["path"].split(".")
    meant = match["tick"] or match["colon"] or match["path"] != match["path"].lower()
    if not meant or not members.issuperset(steps):
        return match[0]
    path = ".".join(step[0].upper() + step[1:] for step in steps)
    return f"{match['tick'] or ''}{path}{match['colon'] or ''}"


@cache
def _members(api: str) -> frozenset[str]:
    """The members of a request that do not begin with a capital."""
    table = load_table(api)
    shapes = table.shapes.values() if table else ()
    return frozenset(name for shape in shapes for name in shape.members if name[0].islower())
