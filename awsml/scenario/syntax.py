"""Text that is no YAML: what libyaml says of it, in words that say what to do."""

from __future__ import annotations

import re

import yaml

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.scenario.source import SourceText

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Part of what libyaml says, what awsml says, a hint.
_SYNTAX = (
    (
        "mapping values are not allowed",
        "a second `:` on one line, where no key can stand",
        "put the value in quotes, or start the key on its own line",
    ),
    ("could not find expected ':'", "a key without `:`", "write `key: value`"),
    ("unexpected end of stream", "the quotes that open here are never closed", "close the quotes"),
    (
        "did not find expected key",
        "a key was expected here",
        "give each key of a mapping the same indentation",
    ),
    ("did not find expected ',' or", "a bracket is not closed", "close it, or add the missing `,`"),
    (
        "cannot start any token",
        "a value cannot start with this character",
        "put the value in quotes",
    ),
    (
        "block sequence entries are not allowed",
        "a list item cannot stand here",
        "start the list on its own line",
    ),
    (
        "did not find expected <document start>",
        "text that belongs to no document",
        "indent it, or start a new document with `---`",
    ),
)


def syntax_error(source: SourceText, error: yaml.MarkedYAMLError) -> UsageError:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "not YAML")
    opened = ("unexpected end of stream" in problem, "expected ',' or" in problem)
    if any(opened) and error.context_mark is not None:
        mark = error.context_mark  # where the quotes or the bracket opened
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    text = source.line(line) or ""
    if "\t" in text[: len(text) - len(text.lstrip())]:
        message, hint = (
            "a tab cannot indent YAML",
            f"replace it by spaces: `expand -t 2 {source.file}`",
        )
        column = text.index("\t") + 1
    else:
        known = ((ours, fix) for theirs, ours, fix in _SYNTAX if theirs in problem)
        message, hint = next(known, (problem, "check quotes and indentation around this place"))
    where = Place(source.file, line, column, line, column + 1)
    return UsageError(message, hint=hint, where=where, slug="bad-yaml")


def control_character(source: SourceText) -> UsageError:
    match = _CONTROL.search(source.text)
    start = match.start() if match else 0
    name = f"U+{ord(match[0]):04X}" if match else "a character"
    return UsageError(
        f"{name} is a control character, which YAML does not allow",
        hint='remove it, or write it as an escape in double quotes, such as `"\\x00"`',
        where=source.place(start, start + 1),
        slug="bad-yaml",
    )
