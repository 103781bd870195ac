"""`awsml validate PATH...`: scenarios, templates and requests; every file is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from awsml.checks import Checked, Terms, validate_plan
from awsml.cli.checking.checker import Checker
from awsml.cli.checking.results import Results, write_results
from awsml.cli.facts import today
from awsml.cli.files import SourceLines, files_under, open_lines
from awsml.cli.options import fail_on_option, on_option, refused
from awsml.cli.output import (
    Output,
    outputs_option,
    say,
)
from awsml.cli.project import Project
from awsml.errors import AwsmlError, UsageError
from awsml.finding import Finding
from awsml.units import counted

if TYPE_CHECKING:
    from awsml.cli.checking.changes import Changes


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
    _check_files(checker, paths, results, baseline)
    if baseline is not None:
        _compare(results, baseline, lines, update_baseline)
    write_results(results, lines, outputs, fail_on, project)
    return results.code(fail_on)


def _changes(revision: str, project: Project) -> Changes:
    from awsml.cli.checking.changes import changes_since

    return changes_since(revision, project.cwd)


def _check_files(
    checker: Checker, paths: Sequence[str], results: Results, baseline: Path | None
) -> None:
    for path in files_under(paths, results.report):
        if baseline is not None and path.absolute() == baseline.absolute():
            continue
        name = checker.name(path)
        try:
            checked = checker.checked(path, name)
        except AwsmlError as error:
            results.report(error)
        else:
            if checked is not None:
                results.add(name, checked)


def _compare(results: Results, baseline: Path, lines: SourceLines, update: bool) -> None:
    from awsml.cli.checking.baseline import Baseline

    known = Baseline(baseline, lines)
    if update:
        kept = known.write(results.findings, results.ran)
        beside = f", beside {kept} of files that were not checked" if kept else ""
        say(f"{counted(len(results.findings), 'finding')} written to {baseline}{beside}")
    new, gone = known.beyond(results.findings, results.ran)
    results.known = len(results.findings) - len(new)
    results.findings = new
    if gone:
        entries = "one entry" if gone == 1 else f"{gone} entries"
        say(f"{entries} of {baseline} found no more: --update-baseline leaves them out")


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
