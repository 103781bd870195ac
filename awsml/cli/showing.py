"""A plan before its run: shown and nothing more, or only what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from awsml.api import Planned
from awsml.cli.options import refused
from awsml.cli.output import Output, as_json_text, say, style_of, write
from awsml.cli.planning import report_text
from awsml.render.findings import counts_line, findings_text


def show_plan(work: Planned, outputs: Sequence[Output], fail_on: str) -> int:
    """What would be done; the exit code says whether it would be let through."""
    writers = {
        "text": lambda style: report_text(work, style),
        "json": lambda _: as_json_text(work.report.as_json()),
    }
    write(outputs, writers)
    return 1 if refused(work.report.findings, fail_on) else 0


def refuse(work: Planned, outputs: Sequence[Output]) -> int:
    """What is wrong, before anything ran; a program that reads JSON gets it with the plan."""
    say_findings(work)
    wanted = [output for output in outputs if output.format == "json"]
    write(wanted, {"json": lambda _: as_json_text(work.report.as_json())})
    return 1


def say_findings(work: Planned) -> None:
    """Errors and warnings before the run; advice belongs to `awsml plan` and `awsml advise`."""
    style = style_of(sys.stderr)
    told = [finding for finding in work.report.findings if finding.level != "advice"]
    if told:
        say(findings_text(told, work.document.source_line, width=style.width, paint=style.paint))
        say(counts_line(told))
