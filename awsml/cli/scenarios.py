"""Which scenario a command works on, with the flags of the command line merged in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from awsml.cli.project import Project
from awsml.errors import UsageError
from awsml.finding import Place
from awsml.kinds import INCLUDES, KINDS
from awsml.scenario.defaults import Defaults, read_defaults
from awsml.scenario.document import Document, Loaded
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override
from awsml.scenario.source import read_source

SUFFIXES = (".yaml", ".yml")
_KIND = re.compile(r"""^["']?kind["']?[ \t]*:[ \t]*["']?(\w+)""", re.MULTILINE)

# An object whose first member is capitalised, which no field of a scenario is.
_AS_AWS_WRITES = re.compile(r"""\s*\{\s*"[A-Z]""")


def loaded(
    project: Project,
    path: Path,
    overrides: Sequence[Override] = (),
    *,
    name: str | None = None,
    text: bytes | None = None,
) -> Loaded:
    """The documents of one file (or of a text under that name), with the project's defaults."""
    return load(
        name or project.shown(path),
        text=text,
        environ=project.environ,
        overrides=overrides,
        defaults=defaults_of(project),
        kinds=KINDS,
        includes=INCLUDES,
    )


def defaults_of(project: Project) -> Defaults | None:
    """The project's awsml.yaml, read."""
    return read_defaults(project.shown(project.defaults)) if project.defaults else None


def chosen(project: Project, named: Path | None, kinds: Sequence[str] = ()) -> Path:
    """The file named, else the one scenario of these kinds in the project."""
    if named is not None:
        if not named.exists():
            raise UsageError(f"there is no file {named}", hint="run `awsml init` to make one")
        _tell_other(project.shown(named))
        return named
    found: list[Path] = []
    for folder in _nearest(project):
        found = found or [each for each in candidates(folder) if _kinds_in(project, each, kinds)]
    if len(found) == 1:
        return found[0]
    wanted = f"{' or '.join(kinds)} scenario" if kinds else "scenario"
    if not found:
        _tell_unreadable(project, kinds)
        raise UsageError(
            f"there is no {wanted} in {project.shown(project.root)}",
            hint=f"run `awsml init {kinds[0] if kinds else 'training'}`, or name a file",
        )
    names = ", ".join(project.shown(path) for path in found)
    context = click.get_current_context(silent=True)
    command = context.command_path if context else "awsml plan"
    hint = f"name one of them: `{command} {shlex.quote(project.shown(found[0]))}`"
    raise UsageError(f"several files hold a {wanted}: {names}", hint=hint)


def _tell_other(file: str) -> None:
    """A template or a request that is named as a scenario is checked by another command."""
    source = read_source(file, where=Place(file))
    if _KIND.search(source.text):
        return
    from awsml.cli.recognition import Kind, recognised  # scenarios do without

    found = recognised(source, named=True)
    hint = f"run `awsml validate {file}`"
    if found.kind is Kind.TEMPLATE:
        called = "a CloudFormation template"
    elif found.kind is Kind.REQUEST:
        called = f"a request of {found.detail.partition(':')[2]}"
    elif _AS_AWS_WRITES.match(source.text):
        called = "JSON as AWS takes it"
        hint = f"run `awsml validate --request API {file}`, API such as sagemaker:CreateModel"
    else:
        return
    raise UsageError(
        f"{file} is {called}, and this command takes a scenario",
        hint=hint,
        where=Place(file),
        slug="not-a-scenario",
    )


def _nearest(project: Project) -> Iterator[Path]:
    """The folder one is in, where it belongs to the project; then the project's."""
    here = project.cwd.resolve()
    if here != project.root and here.is_relative_to(project.root):
        yield here
    yield project.root


def candidates(root: Path) -> Iterator[Path]:
    """Scenarios lie in the project's folder or in its `scenarios` folder."""
    for folder in (root, root / "scenarios"):
        if folder.is_dir():
            yield from sorted(
                path
                for path in folder.iterdir()
                if path.suffix in SUFFIXES and path.name != "awsml.yaml"
            )


def _kinds_in(project: Project, path: Path, kinds: Sequence[str]) -> bool:
    try:
        documents = loaded(project, path).documents
    except UsageError:
        return False
    return any(_is_wanted(document.kind, kinds) for document in documents)


def _is_wanted(kind: str | None, kinds: Sequence[str]) -> bool:
    """A kind that is nearly one of ours is a typing error; `Deployment` is another tool's."""
    if kind is None or kinds:
        return kind in kinds
    return bool(get_close_matches(kind, KINDS, 1, 0.8))


def _tell_unreadable(project: Project, kinds: Sequence[str]) -> None:
    """A scenario with a mistake is not missing: reading it again says what is wrong with it."""
    for folder in _nearest(project):
        for path in candidates(folder):
            text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
            said = _KIND.search(text)
            if said is None or (said[1] in KINDS and said[1] not in (kinds or KINDS)):
                continue
            loaded(project, path)
            near = get_close_matches(said[1], kinds or KINDS, 1, 0.8)
            if near and said[1] not in KINDS:
                message = f"{project.shown(path)} says `kind: {said[1]}`, and that is no kind"
                raise UsageError(message, hint=f"write `kind: {near[0]}`")


def one_document(documents: Sequence[Document], path: str, kinds: Sequence[str] = ()) -> Document:
    """The first document of these kinds; a file without one is wrong usage."""
    for document in documents:
        if not kinds or document.kind in kinds:
            return document
    held = ", ".join(sorted({document.kind or "no kind" for document in documents})) or "nothing"
    raise UsageError(
        f"{path} holds {held}, and this command wants {' or '.join(kinds)}",
        hint="name another file",
    )
