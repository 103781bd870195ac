"""One vocabulary: every option says what it is, one thing has one name, every example holds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from awsml.cli.main import cli
from tests.conftest import CommandLine


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, groups included."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


COMMANDS = dict(commands(cli, ("awsml",)))
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
]


def examples(command: click.Command) -> list[list[str]]:
    """The words of each command line in the epilog's example."""
    text = (command.epilog or "").partition("Example: ")[2]
    return [shlex.split(part) for part in text.split(" && ") if part]


def test_every_option_says_what_it_is() -> None:
    silent = [f"{name} {option.opts}" for name, option in OPTIONS if not option.help]
    assert silent == []


def test_a_letter_means_one_thing() -> None:
    meanings: dict[str, set[str]] = {}
    for _, option in OPTIONS:
        for letter in (name for name in option.opts if not name.startswith("--")):
            meanings.setdefault(letter, set()).update(n for n in option.opts if n != letter)
    assert {letter for letter, names in meanings.items() if len(names) > 1} == set()


@pytest.mark.parametrize("flag", ["--dry-run", "--detach", "--yes", "--resume", "--interrupt"])
def test_what_several_commands_share_is_described_alike(flag: str) -> None:
    described = {option.help for _, option in OPTIONS if flag in option.opts}
    assert len(described) == 1


def test_the_first_help_fits_a_screen(awsml: CommandLine) -> None:
    lines = awsml("--help").out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_an_example_that_parses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("topo.txt", "bench.csv"):
        (tmp_path / file).touch()
    (tmp_path / "images").mkdir()
    lines = examples(COMMANDS[name])
    assert lines, "no example"
    for words in lines:
        if words[0] != "cd":
            parsed(words)
    # Of a group, the example is of one of its commands.
    assert name.split() == lines[-1][: len(name.split())] or name == "awsml"


def parsed(words: list[str]) -> None:
    """Raises a usage error where click would."""
    assert words[0] == "awsml"
    command: click.Command = cli
    context, rest = None, words[1:]
    settings = cli.context_settings  # a command keeps the help option of its first context
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context, info_name=command.name, **settings)
        inner = command.get_command(context, rest[0])
        assert inner is not None, rest[0]
        command, rest = inner, rest[1:]
    command.make_context(command.name, rest, parent=context)


# What needs nothing but a starter.
RUN = (
    "awsml advise",
    "awsml catalog find",
    "awsml catalog images",
    "awsml catalog show",
    "awsml catalog status",
    "awsml explain",
    "awsml export",
    "awsml init",
    "awsml plan",
    "awsml runs",
    "awsml schema",
    "awsml validate",
)


@pytest.mark.parametrize("name", RUN)
def test_an_example_runs_in_a_starter(name: str, awsml: CommandLine, tmp_path: Path) -> None:
    assert awsml("init", "training", "project").code == 0
    (tmp_path / "project" / "training.yaml").rename(tmp_path / "project" / "train.yaml")
    for words in examples(COMMANDS[name]):
        ran = awsml(*words[1:], cwd=tmp_path / "project")
        assert ran.code == 0, ran.err
