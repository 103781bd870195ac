"""Writes docs/reference from the code: commands, fields, rules, errors. `--check` only compares.

python tools/generate_docs.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from awsml.units import format_duration

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
_DURATION = "15m"  # the first example of every duration
_NOTE = "<!-- Written by tools/generate_docs.py; edit the code it comes from. -->"


def documents() -> dict[str, Callable[[], str]]:
    """File name to what makes its text."""
    return {
        "commands.md": commands_text,
        "fields.md": fields_text,
        "rules.md": rules_text,
        "errors.md": errors_text,
    }


def main(arguments: list[str]) -> int:
    stale = [name for name, make in documents().items() if _written(name) != make()]
    if "--check" in arguments:
        print("\n".join(f"docs/reference/{name} is stale" for name in stale), end="")
        return 1 if stale else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(documents()[name](), encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


def _written(name: str) -> str | None:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _page(title: str, intro: str, parts: Iterator[str]) -> str:
    return "\n\n".join([f"# {title}", _NOTE, intro, *parts]) + "\n"


def commands_text() -> str:
    from awsml.cli.main import cli

    intro = "What `awsml COMMAND --help` prints, for every command."
    return _page("Commands", intro, _commands(cli, "awsml"))


def _commands(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(
        command,
        info_name=path,
        max_content_width=100,
        terminal_width=100,
        help_option_names=["-h", "--help"],  # as every command inherits them from `awsml`
    )
    yield f"## {path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(inner, f"{path} {name}")


def fields_text() -> str:
    from awsml.kinds import kind_named

    intro = (
        "Every field of every kind. `NAME` stands for a name of yours, `[]` for each item of a "
        "list. Any value may hold `${env:NAME}`, and any document may start with "
        "`extends: FILE`. `awsml schema KIND` prints the same for editors."
    )
    parts = (_kind_fields(name, kind_named(name).Spec) for name in built_kinds())
    return _page("Fields", intro, parts)


def built_kinds() -> list[str]:
    """The kinds whose module is there."""
    from awsml.kinds import KINDS

    return [name for name in KINDS if find_spec(f"awsml.kinds.{name}") is not None]


def field_rows(spec: Any) -> list[tuple[str, ...]]:
    """Path, what it takes, default and meaning of every field of a spec, `kind` left out."""
    schema = spec.model_json_schema(by_alias=True)
    rows = _fields(schema, schema.get("$defs", {}), "", ())
    return [row for row in rows if row[0] != "`kind`"]


def _kind_fields(name: str, spec: Any) -> str:
    rows = field_rows(spec)
    lines = [f"## {name}", "", "| field | takes | default | meaning |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _fields(
    schema: dict[str, Any], definitions: dict[str, Any], path: str, seen: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        default = "required" if name in required else _default(field)
        yield f"`{below}`", _takes(field), default, field.get("description", "")
        yield from _below(field, definitions, below, seen)


def _below(
    field: dict[str, Any], definitions: dict[str, Any], path: str, seen: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """The fields of the mapping that a field holds, whatever is around it."""
    for option in field.get("anyOf", ()):
        yield from _below(option, definitions, path, seen)
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _fields(definitions[name], definitions, path, (*seen, name))
    if isinstance(field.get("items"), dict):
        yield from _below(field["items"], definitions, f"{path}[]", seen)
    if isinstance(field.get("additionalProperties"), dict):
        yield from _below(field["additionalProperties"], definitions, f"{path}.NAME", seen)


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    if default in (None, [], {}, "") or isinstance(default, dict):
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    if field.get("examples", [""])[0] == _DURATION and isinstance(default, int | float):
        return f"`{format_duration(default)}`"
    return f"`{default}`"


def _takes(field: dict[str, Any]) -> str:
    """What can be typed, in words."""
    if "anyOf" in field:
        options = [_takes(each) for each in field["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(options))
    if "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        return "on or off" if True in values else ", ".join(f"`{each}`" for each in values)
    if "pattern" in field and field.get("examples"):
        return f"such as `{field['examples'][0]}`"
    if isinstance(field.get("items"), dict):
        return f"list: {_takes(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"mapping: {_takes(field['additionalProperties'])}"
    if "$ref" in field or field.get("type") == "object":
        return "mapping"
    words = {"integer": "whole number", "number": "number", "boolean": "on or off"}
    return words.get(field.get("type", ""), "text" if field.get("type") == "string" else "anything")


def rules_text() -> str:
    from awsml.rules.discovery import all_rules
    from awsml.rules.page import page_text, title

    rules = sorted(all_rules(), key=lambda rule: rule.slug)
    index = "\n".join(f"- [`{r.slug}`](#{r.slug}) ({r.level}): {title(r)}" for r in rules)
    intro = f"The {len(rules)} checks of requests and of plans. `awsml explain SLUG` prints each."
    return _page("Rules", f"{intro}\n\n{index}", (_demoted(page_text(rule)) for rule in rules))


def errors_text() -> str:
    from awsml.render.explanation import written_pages

    intro = "What awsml says beside its rules. `awsml explain SLUG` prints each."
    areas = groupby(written_pages(), key=lambda page: page.area)
    parts = (
        "\n\n".join([f"## {area}", *(f"### {each.slug}\n\n{each.text}" for each in pages)])
        for area, pages in areas
    )
    return _page("Findings and errors", intro, parts)


def _demoted(markdown: str) -> str:
    """A page as a section of a longer one."""
    lines = (f"#{line}" if line.startswith("#") else line for line in markdown.strip().split("\n"))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
