"""One file of `awsml validate`: told what it is, and checked as that."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from awsml.checks import Checked, Terms, validate_plan, validate_template
from awsml.cli.files import STDIN, SourceLines
from awsml.cli.output import say
from awsml.cli.project import Project
from awsml.cli.recognition import Kind, recognised
from awsml.finding import Finding, Place
from awsml.scenario.source import SourceText, decode_source, read_source

if TYPE_CHECKING:
    from awsml.cli.checking.changes import Changes


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks files. `named` are those that the user wrote out, which are never skipped."""

    project: Project
    terms: Terms
    lines: SourceLines
    named: frozenset[Path]
    request: str | None = None
    stdin_name: str = "stdin.yaml"
    changes: Changes | None = None
    cfn_lint: bool = False

    def name(self, path: Path) -> str:
        return self.stdin_name if path == STDIN else self.project.shown(path)

    def checked(self, path: Path, name: str) -> Checked | None:
        """What was found in a file; None when it is nothing to check, which is said."""
        source = self._source(path, name)
        if self.request is not None:
            return self._request(self.request, source) if self._due(source.file) else None
        found = recognised(source, path == STDIN or path in self.named)
        if found.kind is Kind.NOTHING:
            say(f"skipped {source.file}: {found.detail}")
            return None
        if found.kind is Kind.SCENARIO:
            return self._scenario(path, source)
        if not self._due(source.file):
            return None
        if found.kind is Kind.TEMPLATE:
            return self._template(source)
        return self._request(found.detail, source)

    def _source(self, path: Path, name: str) -> SourceText:
        if path != STDIN:
            return read_source(name, where=Place(name))
        data = sys.stdin.buffer.read()
        self.lines.keep(name, data.decode("utf-8", "replace"))
        return decode_source(data, name)

    def _due(self, *files: str) -> bool:
        return self.changes is None or self.changes.touch(files)

    def _scenario(self, path: Path, source: SourceText) -> Checked | None:
        from awsml.api import validate_file  # templates and requests do without
        from awsml.cli.disk import ThisDisk
        from awsml.cli.scenarios import loaded

        text = source.text.encode("utf-8")
        scenario = loaded(self.project, path, name=source.file, text=text)
        touched = {file for document in scenario.documents for file in document.texts}
        if not self._due(source.file, *touched):
            return None
        return validate_file(scenario, replace(self.terms, disk=ThisDisk()))

    def _template(self, source: SourceText) -> Checked:
        from awsml.readers.templates.reading import read_template  # scenarios do without

        reading = read_template(source, region=self.terms.region)
        generic: Sequence[Finding] = ()
        if self.cfn_lint:
            from awsml.readers.cfn_lint import generic_findings  # slow, and an extra

            generic = generic_findings(source, self.terms.region)
        return validate_template(reading, self.terms, generic)

    def _request(self, name: str, source: SourceText) -> Checked:
        from awsml.readers.requests import read_request

        read = read_request(name, source.text, source.file, region=self.terms.region)
        if read.plan is None:
            return Checked(read.findings)
        return validate_plan(read.plan, self.terms, read.findings)
