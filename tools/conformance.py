"""Writes docs/conformance.md: which known rejections awsml and other tools catch.

python -m tools.conformance             write the page from what is stored and awsml's answers
python -m tools.conformance --check     fail when the page, or what awsml catches, is stale
python -m tools.conformance --measure   ask the other tools again (a few minutes)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from awsml.finding import Finding, Level
from awsml.plan import Call, Plan
from awsml.rules.engine import check
from tools.known_requests import CONFORMANCE, Known, bases, rejections, valid_requests

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
CAUGHT = CONFORMANCE / "caught.json"
OTHERS = CONFORMANCE / "others.json"
TOOLS = ("botocore", "full model", "moto", "cfn-lint")

_INTRO = """# Known rejections, and who catches them

{count} requests that AWS is known to refuse, each made from a valid one by one change, with the
thread or document that says so (`tests/conformance/rejections/`). They were collected apart from
the rules, and rows are never removed; but rules and rows rest on the same sources, so the table
measures coverage of what is known, not of what nobody has reported yet. How it does on what it
has not seen: of 451 rejections looked for late, 276 were caught before any rule was written for
them, and those that were not became rows. awsml has to complain at the place that is wrong.
Another tool is credited for any refusal, where it accepts the valid request that the row is made
from.

*caught*: an error, or for what AWS takes and fails later, a warning. *warned*: a warning.
*account*: the request alone cannot tell. A dash: the tool has no opinion on such requests, or
refuses the valid one. The other tools are {versions}; `full model` is botocore's model used to
the full (enums, patterns, largest values).

The other side is `tests/conformance/valid/`: {valid} published requests, in which awsml finds no
error. This page is written by `python -m tools.conformance`.

"""


def findings(known: Known) -> list[Finding]:
    """What awsml says about a request that somebody else wrote."""
    service, _, operation = known.api.partition(":")
    call = Call(service, operation, known.params)
    plan = Plan("request", known.id, (call,), region=known.region)
    return [one for one in check(plan).findings if one.level is not Level.ADVICE]


def verdict(known: Known) -> tuple[str, tuple[str, ...]]:
    """(caught, warned or missed, by which rules), for complaints at the place that is wrong."""
    found = [one for one in findings(known) if _at(one.request_path or "", known)]
    errors = [one for one in found if one.level is Level.ERROR]
    slugs = tuple(dict.fromkeys(one.slug for one in errors or found))
    if errors or (found and known.fails_later):
        return "caught", slugs
    return ("warned" if found else "missed"), slugs


def _at(path: str, known: Known) -> bool:
    """Whether a complaint stands at, below or right above one of the places that are wrong.

    The whole request is the right place only for what it lacks.
    """
    return any(
        path == place
        or path.startswith((f"{place}.", f"{place}["))
        or (path != "" and place.startswith((f"{path}.", f"{path}[")))
        or (path == "" and place not in known.params)
        for place in known.wrong
    )


def measured() -> dict[str, Any]:
    """The answers of the other tools to every rejection; null where they count for nothing."""
    from tools.other_checkers import CHECKERS

    refused_bases = {
        (one.id, name): refuses(one) for one in bases() for name, refuses in CHECKERS.items()
    }
    rows: dict[str, dict[str, bool | None]] = {}
    for known in rejections():
        rows[known.id] = {}
        for name, refuses in CHECKERS.items():
            base = refused_bases[f"{known.api}/{known.base}", name]
            rows[known.id][name] = None if base is not False else refuses(known)
    packages = ("botocore", "moto", "cfn-lint")
    return {"versions": {name: version(name) for name in packages}, "rows": rows}


def page() -> str:
    others = json.loads(OTHERS.read_text(encoding="utf-8"))
    known = rejections()
    versions = ", ".join(f"{name} {number}" for name, number in others["versions"].items())
    valid = len(valid_requests())
    text = _INTRO.format(count=len(known), valid=valid, versions=versions)
    verdicts = {one.id: verdict(one) for one in known}
    text += _summary(known, verdicts, others["rows"])
    text += "\n## What awsml misses\n\n"
    for one in known:
        if verdicts[one.id][0] == "missed":
            why = " (needs the account)" if one.needs_account else ""
            text += f"- `{one.id}`{why}: {one.says}\n"
    for api in dict.fromkeys(one.api for one in known):
        rows = [one for one in known if one.api == api]
        text += f"\n## {api}\n\n" + _rows(rows, verdicts, others["rows"])
    return text


def _summary(
    known: list[Known],
    verdicts: Mapping[str, tuple[str, tuple[str, ...]]],
    others: Mapping[str, Mapping[str, bool | None]],
) -> str:
    lines = ["| API | known | awsml | warned | " + " | ".join(TOOLS) + " |"]
    lines.append("| --- | ---: | ---: | ---: |" + " ---: |" * len(TOOLS))
    groups = {api: [one for one in known if one.api == api] for api in {o.api: 0 for o in known}}
    for api, rows in [*groups.items(), ("**all**", known)]:
        counts = [sum(verdicts[one.id][0] == word for one in rows) for word in ("caught", "warned")]
        cells = []
        for tool in TOOLS:
            answers = [others.get(one.id, {}).get(tool) for one in rows]
            said = [answer for answer in answers if answer is not None]
            cells.append(str(sum(said)) if said else "-")
        lines.append(f"| {api} | {len(rows)} | {counts[0]} | {counts[1]} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rows(
    rows: list[Known],
    verdicts: Mapping[str, tuple[str, tuple[str, ...]]],
    others: Mapping[str, Mapping[str, bool | None]],
) -> str:
    lines = ["| rejection | awsml | " + " | ".join(TOOLS) + " | AWS or its documentation says |"]
    lines.append("| --- | --- |" + " --- |" * len(TOOLS) + " --- |")
    marks = {True: "yes", False: "", None: "-"}
    for one in rows:
        word, slugs = verdicts[one.id]
        own = f"{word}: {', '.join(f'`{slug}`' for slug in slugs)}" if slugs else word
        if one.needs_account and word == "missed":
            own = "account"
        cells = " | ".join(marks[others.get(one.id, {}).get(tool)] for tool in TOOLS)
        says = one.says.replace("|", "\\|")
        link = f"[{says}]({one.source})" if one.source.startswith("http") else says
        link += "" if one.source.startswith("http") else f" ({one.source})"
        lines.append(f"| `{one.id}` | {own} | {cells} | {link} |")
    return "\n".join(lines) + "\n"


def caught() -> dict[str, str]:
    return {one.id: verdict(one)[0] for one in rejections()}


def _stored(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    if "--measure" in arguments:
        OTHERS.write_text(_stored(measured()), encoding="utf-8")
    wanted = {PAGE: page(), CAUGHT: _stored(caught())}
    if "--check" in arguments:
        stale = [p.name for p, text in wanted.items() if p.read_text(encoding="utf-8") != text]
        print(f"stale: {', '.join(stale)}" if stale else "fresh")
        return bool(stale)
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
