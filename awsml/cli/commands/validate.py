"""`awsml validate PATH...`: scenarios, templates and requests; every file is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from awsml.checks import Checked, Terms, validate_plan
from awsml.cli.checking.checker import Checker
from awsml.cli.facts import today
from awsml.cli.files import SourceLines, files_under, open_lines
from awsml.cli.options import fail_on_option, on_option, refused
from awsml.cli.output import (
    Output,
    Style,
    as_json_text,
    error_json,
    explain_error,
    outputs_option,
    say,
    write,
)
from awsml.cli.project import Project
from awsml.errors import AwsmlError, UsageError
from awsml.finding import Finding, Level, NotChecked, worst_first
from awsml.render.findings import counts_line, findings_text
from awsml.units import counted

if TYPE_CHECKING:
    from awsml.cli.checking.changes import Changes


@dataclass
class Results:
    """What the files came to so far, and the worst exit code."""

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)
    errors: list[AwsmlError] = field(default_factory=list)
    ran: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by file
    silenced: int = 0
    known: int = 0  # findings that the baseline lists
    _seen: set[Finding] = field(default_factory=set)

    def add(self, name: str, checked: Checked) -> None:
        self.ran[name] = checked.ran
        self.find(checked.findings)
        self.not_checked += checked.not_checked
        self.silenced += checked.silenced

    def find(self, findings: Sequence[Finding]) -> None:
        """Say once what several files share: a base that they extend, the project's defaults."""
        new = [each for each in findings if each.place is None or each not in self._seen]
        self.findings += new
        self._seen.update(new)

    def report(self, error: AwsmlError) -> None:
        """Say at once what could not be read, and go on with the other files."""
        self.errors.append(error)
        explain_error(error, ())

    def code(self, fail_on: str) -> int:
        if self.errors:
            return max(error.exit_code for error in self.errors)
        return 1 if refused(self.findings, fail_on) else 0


@click.command("validate", epilog="Example: awsml validate .")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--stdin-name", default="stdin.yaml", help="The name under which `-` is reported.")
@click.option(
    "--request", metavar="API", help="PATH is a request of API, as --cli-input-json takes it."
)
@click.option(
    "--requests",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help='Many requests, one {"id", "api", "params"} a line; answers with a line each.',
)
@click.option("--strict", is_flag=True, help="Let rules that are only inferred be errors.")
@click.option("--persona", type=click.Choice(["security"]), help="Add the rules for one audience.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Leave out the findings that this file lists.",
)
@click.option("--update-baseline", is_flag=True, help="Write what is found now to --baseline.")
@click.option(
    "--changed-since", metavar="REV", help="Check only files that changed since REV, by git."
)
@click.option(
    "--skip-others", is_flag=True, help="Skip named files as well when they are none of the three."
)
@click.option("--cfn-lint", is_flag=True, help="Add cfn-lint's findings about templates (slower).")
@on_option
@fail_on_option
@outputs_option("text", "json", "jsonl", "sarif", "junit", "github")
@click.pass_obj
def command(
    project: Project,
    /,
    paths: Sequence[str],
    stdin_name: str,
    request: str | None,
    requests: str | None,
    strict: bool,
    persona: str | None,
    baseline: Path | None,
    update_baseline: bool,
    changed_since: str | None,
    skip_others: bool,
    cfn_lint: bool,
    on: str | None,
    fail_on: str,
    outputs: Sequence[Output],
) -> int:
    """Check scenarios, CloudFormation templates and raw requests: what AWS would reject, and what
    you would regret.

    PATH is a file, a folder, a glob, or - for standard input; the project where none is given. The
    content says which of the three a file is; what is none of them is skipped, and named on stderr.
    """
    terms = Terms(
        region=project.region,
        target=on or "aws",
        sending=on == "aws",
        persona=persona,
        strict=strict,
        advise=fail_on == "advice",
        today=today(),
    )
    if requests is not None:
        return _requests(requests, terms, fail_on)
    results = Results()
    lines = SourceLines()
    if not paths and request is not None:
        raise UsageError("nothing to check was named", hint="name the file of the request")
    paths = paths or (project.shown(project.root),)
    if update_baseline and baseline is None:
        raise UsageError("no file was named for the baseline", hint="add `--baseline FILE`")
    checker = Checker(
        project,
        terms,
        lines,
        named=frozenset() if skip_others else frozenset(map(Path, paths)),
        request=request,
        stdin_name=stdin_name,
        changes=_changes(changed_since, project) if changed_since else None,
        cfn_lint=cfn_lint,
    )
    if request is None:
        results.find(_about_defaults(project))
    _check_files(checker, paths, results)
    if baseline is not None:
        _compare(results, baseline, lines, update_baseline)
    _write(results, lines, outputs, fail_on)
    return results.code(fail_on)


def _changes(revision: str, project: Project) -> Changes:
    from awsml.cli.checking.changes import changes_since

    return changes_since(revision, project.cwd)


def _check_files(checker: Checker, paths: Sequence[str], results: Results) -> None:
    for path in files_under(paths, results.report):
        name = checker.name(path)
        try:
            checked = checker.checked(path, name)
        except AwsmlError as error:
            results.report(error)
        else:
            if checked is not None:
                results.add(name, checked)


def _compare(results: Results, baseline: Path, lines: SourceLines, update: bool) -> None:
    from awsml.cli.checking.baseline import beyond_baseline, write_baseline

    if update:
        write_baseline(baseline, results.findings, lines)
        say(f"{counted(len(results.findings), 'finding')} written to {baseline}")
    new, gone = beyond_baseline(baseline, results.findings, lines)
    results.known = len(results.findings) - len(new)
    results.findings = new
    if gone:
        say(f"{gone} of the findings in {baseline} are gone: --update-baseline takes them off")


def _write(results: Results, lines: SourceLines, outputs: Sequence[Output], fail_on: str) -> None:
    writers = {
        "text": lambda style: _text(results, lines, style),
        "json": lambda _: as_json_text(_json(results)),
        "jsonl": lambda _: "\n".join(json.dumps(f.as_json()) for f in results.findings),
        "sarif": lambda _: _sarif(results, lines),
        "junit": lambda _: _junit(results, fail_on),
        "github": lambda _: _annotations(results),
    }
    write(outputs, writers)


def failing(fail_on: str) -> Level | None:
    return None if fail_on == "never" else Level(fail_on)


def _about_defaults(project: Project) -> list[Finding]:
    if project.defaults is None:
        return []
    from awsml.api import validate_defaults  # most folders have none
    from awsml.cli.scenarios import defaults_of

    defaults = defaults_of(project)
    return validate_defaults(defaults) if defaults else []


def _requests(file: str, terms: Terms, fail_on: str) -> int:
    """One answer a line, written as it is known; a bad line is answered too."""
    from awsml.readers.requests import read_requests

    failed = False
    with open_lines(file) as lines:
        for read in read_requests(lines, file, region=terms.region):
            checked = Checked(read.findings)
            if read.plan is not None:
                checked = validate_plan(read.plan, terms, read.findings)
            failed = failed or refused(checked.findings, fail_on)
            answer = {
                "id": read.id,
                "findings": [finding.as_json() for finding in checked.findings],
                "not_checked": [skipped.as_json() for skipped in checked.not_checked],
            }
            click.echo(json.dumps(answer, ensure_ascii=False))
    return 1 if failed else 0


def _text(results: Results, lines: SourceLines, style: Style) -> str:
    shown = findings_text(results.findings, lines, width=style.width, paint=style.paint)
    files = f"{counted(len(results.ran), 'file')} checked"
    skipped = f", {len(results.not_checked)} not checked" if results.not_checked else ""
    known = f", {results.known} in the baseline" if results.known else ""
    unread = f", {len(results.errors)} not read" if results.errors else ""
    counts = counts_line(results.findings, results.silenced)
    last = f"{files}{unread}: {counts}{known}{skipped}"
    if results.errors and not (results.ran or results.findings):
        last = f"{files}{unread}"
    return f"{shown}\n\n{last}" if shown else last


# What few checks ask for is imported by those that do: it is a tenth of the start-up.


def _sarif(results: Results, lines: SourceLines) -> str:
    from awsml.render.sarif import sarif

    return as_json_text(sarif(worst_first(results.findings), lines))


def _junit(results: Results, fail_on: str) -> str:
    from awsml.render.junit import junit

    return junit(results.findings, results.ran, results.errors, failing(fail_on))


def _annotations(results: Results) -> str:
    from awsml.render.annotations import annotation_lines

    return annotation_lines(results.findings)


def _json(results: Results) -> dict[str, Any]:
    return {
        "version": 1,
        "files": list(results.ran),
        "findings": [finding.as_json() for finding in results.findings],
        "not_checked": [skipped.as_json() for skipped in results.not_checked],
        "silenced": results.silenced,
        "counts": {level.value: _number(results.findings, level) for level in Level},
        "errors": [error_json(error)["error"] for error in results.errors],
    }


def _number(findings: Sequence[Finding], level: Level) -> int:
    return sum(finding.level is level for finding in findings)
