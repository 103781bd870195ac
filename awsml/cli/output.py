"""How commands speak: payload on stdout in the formats asked for, everything else on stderr."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import click

from awsml.errors import AwsmlError, UsageError
from awsml.finding import Finding, Level, Place
from awsml.render.cells import harmless


class Style(NamedTuple):
    """Whether a stream takes colour, and how wide it is."""

    colour: bool
    width: int

    def paint(self, text: str, **how: Any) -> str:
        return click.style(text, **how) if self.colour else text


def style_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Style:
    """Colour only on a terminal and without NO_COLOR; 80 columns where nothing says more."""
    terminal = stream.isatty()
    colour = terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    columns = environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return Style(colour, int(columns))
    if not terminal:
        return Style(colour, 80)
    try:
        return Style(colour, os.get_terminal_size(stream.fileno()).columns or 80)
    except OSError:
        return Style(colour, 80)


class Output(NamedTuple):
    """One `-o FORMAT[=FILE]`; no file is stdout."""

    format: str
    file: Path | None = None


Writer = Callable[[Style], str | bytes]


def outputs_option(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The `-o/--format` option of a command that offers these formats, first the default."""

    def parse(_: click.Context, __: click.Parameter, values: Sequence[str]) -> list[Output]:
        outputs = [_parsed(value, formats) for value in values] or [Output(formats[0])]
        if sum(output.file is None for output in outputs) > 1:
            raise click.BadParameter("only one format can go to stdout; give the others a file")
        return outputs

    return click.option(
        "-o",
        "--format",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        callback=parse,
        help=f"{', '.join(formats)}; repeatable, =FILE writes to a file.",
    )


def _parsed(value: str, formats: Sequence[str]) -> Output:
    name, _, file = value.partition("=")
    if name not in formats:
        raise click.BadParameter(f"`{name}` is no format here; one of {', '.join(formats)}")
    return Output(name, Path(file) if file else None)


_CODE = frozenset({"cli", "boto3", "sdk", "cfn", "yaml"})  # programs read it as it stands


def write(outputs: Sequence[Output], writers: Mapping[str, Writer]) -> None:
    """Render each output once and put it where it was asked for."""
    for output in outputs:
        content = writers[output.format](style_of(sys.stdout) if output.file is None else PLAIN)
        code = output.format in _CODE and not (output.file is None and sys.stdout.isatty())
        if isinstance(content, str) and not code:
            content = harmless(content)
        if output.file is None:
            click.echo(content, nl=isinstance(content, str) and not content.endswith("\n"))
        else:
            write_file(output.file, content)


def write_pages(outputs: Sequence[Output], writers: Mapping[str, Writer], stem: str) -> None:
    """The same; a page or an image that would go to a terminal becomes a file STEM.FORMAT."""
    placed = [beside_the_terminal(output, stem) for output in outputs]
    write(placed, writers)
    for asked, output in zip(outputs, placed, strict=True):
        if output is not asked:
            say(f"wrote {output.file}")


def beside_the_terminal(output: Output, stem: str) -> Output:
    """What is of no use on a terminal becomes a file of the folder one is in."""
    if output.format not in ("html", "png") or output.file is not None or not sys.stdout.isatty():
        return output
    name = re.sub(r"[^\w.-]+", "-", stem)
    return Output(output.format, Path(f"{name}.{output.format}"))


PLAIN = Style(colour=False, width=100)


def write_file(path: Path, content: str | bytes) -> None:
    """Write beside, then swap, so that a full disk leaves the old file whole."""
    path = path.resolve()  # the file that a link names, not the link
    if isinstance(content, str):
        whole = content if content.endswith("\n") else content + "\n"
        content = whole.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():  # /dev/null, a pipe: not to be swapped
            path.write_bytes(content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="choose another file"
        ) from error


def as_json_text(value: Any) -> str:
    """JSON with stable order of keys as given, and readable text."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def say(text: str = "") -> None:
    """A line for the person, never part of the payload."""
    click.echo(harmless(text), err=True)


def warn(text: str) -> None:
    style = style_of(sys.stderr)
    say(f"{style.paint('warning', fg='yellow', bold=True)}: {text}")


def explain_error(error: AwsmlError, arguments: Sequence[str]) -> None:
    """The one rendering of an error; JSON on stdout too where JSON was asked for."""
    from awsml.render.findings import finding_lines, place_lines  # not for what succeeds

    style = style_of(sys.stderr)
    told = Finding(error.slug, Level.ERROR, error.message)
    # In a log the message stays on one line, where a search finds it.
    width = style.width if sys.stderr.isatty() else sys.maxsize
    lines = [*finding_lines(told, _line_of, width=width, paint=style.paint)]
    if error.where is not None:
        lines += place_lines(
            error.where, _line_of, width=style.width, paint=style.paint, colour="red"
        )
    for line in lines:
        say(line)
    if error.hint:  # on one line, however long: it can be typed
        say(f"  {style.paint('hint', fg='cyan')}: {error.hint}")
    if wants_json(arguments):
        with contextlib.suppress(OSError):  # what is wrong may be stdout itself
            click.echo(harmless(as_json_text(error_json(error))))


def _line_of(place: Place) -> str | None:
    """The line that is complained about, where the file can still be read."""
    try:
        with open(place.file, encoding="utf-8") as file:
            return next(itertools.islice(file, place.line - 1, None), None)
    except (OSError, ValueError):
        return None


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether JSON was asked for on stdout; read from the words, since parsing may have failed."""
    words = list(arguments)
    pairs = itertools.pairwise(words)
    spaced = any(a in ("-o", "--format") and b == "json" for a, b in pairs)
    return spaced or "-ojson" in words or "--format=json" in words


def error_json(error: AwsmlError) -> dict[str, Any]:
    place = error.where
    return {
        "version": 1,
        "error": {
            "slug": error.slug,
            "message": error.message,
            "hint": error.hint,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
        },
    }


def ask(question: str) -> bool:
    """Ask only on a terminal; anywhere else the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(question, default=False, err=True)


def ask_what_then(default: str) -> str:
    """Ctrl-C while a run is watched: s, d or c; another Ctrl-C is the default."""
    try:
        answer = click.prompt(
            "\n[s]top the run, [d]etach and let it go on, or [c]ontinue watching?",
            default=default,
            type=click.Choice(["s", "d", "c"]),
            show_choices=False,
            err=True,
        )
    except click.Abort:
        return default
    return str(answer)


def agree(question: str, yes: bool, left: str = "nothing was done") -> None:
    """-y skips the question. A no ends the command; so does a missing terminal, and is told."""
    if yes or ask(question):
        return
    if sys.stdin.isatty():
        raise click.Abort
    hint = "add `-y`"
    raise UsageError(f"{left}: there is no terminal to ask on", hint=hint, slug="not-agreed")
