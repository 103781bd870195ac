"""Writes docs/template-corpus.md: what awsml and cfn-lint say of templates that others published.

    python tools/template_corpus.py            write the page
    python tools/template_corpus.py --check    fail when awsml says something else than the page

The templates in tests/corpus/templates are typed anew from the facts of the source named in their
first line: the resources that are read, without what has nothing to do with them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from awsml import api
from awsml.errors import AwsmlError
from awsml.finding import Finding, Level
from awsml.readers.cfn_lint import generic_findings
from awsml.readers.templates.reading import read_template
from awsml.scenario.source import read_source

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "corpus" / "templates"
PAGE = ROOT / "docs" / "template-corpus.md"
_SOURCE = "# source: "


@dataclass(frozen=True)
class Row:
    """One template: where its facts are from, and what was said of it."""

    name: str
    source: str
    awsml: str
    cfn_lint: str | None


def templates() -> list[Path]:
    return sorted(CORPUS.glob("*.yaml"))


def said_by_awsml(path: Path) -> str:
    """The slugs by level, as on the page; what could not be decided is counted."""
    checked = api.validate_template(read_template(read_source(str(path))), api.Terms(target="aws"))
    reasons = {skipped.reason for skipped in checked.not_checked}
    later = f"; not known: {len(reasons)}" if reasons else ""
    return (_listed(list(checked.findings)) or "nothing") + later


def said_by_cfn_lint(path: Path) -> str:
    found = [f.message.partition(":")[0] for f in generic_findings(read_source(str(path)), None)]
    return ", ".join(f"{rule}{_times(found.count(rule))}" for rule in dict.fromkeys(found)) or (
        "nothing"
    )


def _listed(findings: list[Finding]) -> str:
    parts = []
    for level in Level:
        slugs = [finding.slug for finding in findings if finding.level is level]
        names = ", ".join(f"`{s}`{_times(slugs.count(s))}" for s in dict.fromkeys(slugs))
        if names:
            parts.append(f"{level.value}: {names}")
    return "; ".join(parts)


def _times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""


def source_of(path: Path) -> str:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    if not first.startswith(_SOURCE):
        raise SystemExit(f"{path} does not say where its facts are from")
    return first.removeprefix(_SOURCE).strip()


def rows(with_cfn_lint: bool) -> list[Row]:
    return [
        Row(
            path.stem,
            source_of(path),
            said_by_awsml(path),
            said_by_cfn_lint(path) if with_cfn_lint else None,
        )
        for path in templates()
    ]


def page(found: list[Row]) -> str:
    sources = len({row.source for row in found})
    quiet = sum(row.cfn_lint == "nothing" for row in found)
    telling = sum(not row.awsml.startswith("nothing") for row in found)
    lines = [
        "# Templates that others published",
        "",
        f"{len(found)} templates from {sources} public files, typed anew from their facts, and",
        f"what awsml and cfn-lint {_cfn_lint_version()} say of them. ×2 is said twice.",
        f"awsml has something to say of {telling}; cfn-lint is silent about {quiet}. Where the two",
        "differ, cfn-lint knows the schemas of every resource type, and awsml what the services",
        "refuse or regret beyond their schemas. `awsml validate --cfn-lint` shows both.",
        "",
        "Written by `python tools/template_corpus.py`; a test holds awsml's column to the code.",
        "",
        "| template | awsml | cfn-lint |",
        "| --- | --- | --- |",
    ]
    lines += [f"| [{row.name}]({row.source}) | {row.awsml} | {row.cfn_lint} |" for row in found]
    return "\n".join(lines) + "\n"


def stale(text: str) -> list[str]:
    """The templates of which the page says something else than awsml."""
    return [
        row.name
        for row in rows(with_cfn_lint=False)
        if f"| [{row.name}]({row.source}) | {row.awsml} |" not in text
    ]


def _cfn_lint_version() -> str:
    try:
        return version("cfn-lint")
    except PackageNotFoundError as error:
        raise SystemExit(
            "cfn-lint is not installed: it belongs to the extra `templates`"
        ) from error


def main() -> int:
    parser = argparse.ArgumentParser(description="What awsml and cfn-lint say of public templates.")
    parser.add_argument("--check", action="store_true", help="only compare, and write nothing")
    try:
        if parser.parse_args().check:
            differing = stale(PAGE.read_text(encoding="utf-8"))
            print("\n".join(differing) or "the page is up to date")
            return int(bool(differing))
        PAGE.write_text(page(rows(with_cfn_lint=True)), encoding="utf-8")
    except AwsmlError as error:
        raise SystemExit(f"{error.message}") from error
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
