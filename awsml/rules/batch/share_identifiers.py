"""The shares of a scheduling policy overlap, or one has a name or weight that is none.

A share identifier has up to 255 letters, digits, hyphens and underscores. One that ends with `*`
stands for all that begin so, and no other entry may begin so too. A weight is 0.0001 to 999.9999;
jobs of a share with less weight come first.

## Why
AWS refuses the request.

## Flagged
    name: teams
    fairsharePolicy:
      shareDistribution:
        - {shareIdentifier: "UserA*", weightFactor: 1}
        - {shareIdentifier: UserA1, weightFactor: 0.5}

## Preferred
    name: teams
    fairsharePolicy:
      shareDistribution:
        - {shareIdentifier: "UserA*", weightFactor: 1}
        - {shareIdentifier: UserB1, weightFactor: 0.5}

## AWS says
Cannot have two or more identical shareIdentifiers.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch._environments import POLICY
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{POLICY}/fairsharePolicy.shareDistribution",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html"

_NAME = re.compile(r"[A-Za-z0-9_-]+\*?")


def check(shares: Part) -> Problems:
    most = int(limit("batch_shares_maximum").value)
    if len(shares.items) > most:
        message = f"{len(shares.items)} shares are given, and at most {most} can be"
        yield Problem(shares, message, "let one that ends with `*` stand for several")
    for share in shares.items:
        yield from _weight(share["weightFactor"])
    seen: dict[str, Part] = {}
    for share in shares.items:
        name = share["shareIdentifier"]
        if name.text is not None:
            yield from _named(name, name.text)
            yield from _overlap(name, name.text, seen)
            seen.setdefault(name.text, name)


def _weight(weight: Part) -> Problems:
    least, most = (
        float(limit(f"batch_share_weight_{end}").value) for end in ("minimum", "maximum")
    )
    if weight.number is not None and not least <= weight.number <= most:
        message = f"`{weight}` is {weight.number:g}, and is {least:g} to {most:.4f}"
        yield Problem(weight, message, "use 1, the default, or a part or a multiple of it")


def _named(name: Part, text: str) -> Problems:
    longest = int(limit("batch_share_identifier_maximum").value)
    if len(text) > longest:
        message = f"`{name}` has {len(text)} characters, and at most {longest} are allowed"
        yield Problem(name, message, "shorten it")
    elif not _NAME.fullmatch(text):
        message = f"`{text}` is no share identifier"
        yield Problem(name, message, "use letters and digits, and `*` only at the end")


def _overlap(name: Part, text: str, seen: dict[str, Part]) -> Problems:
    if text in seen:
        because = ((seen[text], "the first"),)
        yield Problem(name, f"the share `{text}` is given twice", "remove one", because)
        return
    for other, part in seen.items():
        if _stands_for(text, other) or _stands_for(other, text):
            message = f"the shares `{other}` and `{text}` overlap"
            yield Problem(name, message, "remove one, or rename it", ((part, "the other"),))
            return


def _stands_for(pattern: str, name: str) -> bool:
    return pattern.endswith("*") and name.startswith(pattern[:-1])
