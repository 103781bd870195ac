"""A group of commands that imports a command when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any, NoReturn

import click

from awsml.nearness import closest


class LazyGroup(click.Group):
    """The commands of a package: `import-it` is `command` in its module `import_it`."""

    def __init__(self, *args: Any, package: str, members: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package, self._members = package, tuple(members)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._members)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._members:
            return None
        command = importlib.import_module(f"{self._package}.{module_of(cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self._members:
            self._refuse(ctx, name)
        return super().resolve_command(ctx, args)

    def _refuse(self, ctx: click.Context, name: str) -> NoReturn:
        near = closest(name, self._members, 0.6)
        meant = f"; did you mean `{near}`?" if near else ""
        of = f" of `{self.name}`" if ctx.parent else ""
        ctx.fail(f"there is no command `{name}`{of}{meant}")


def module_of(name: str) -> str:
    """Keywords of Python get an underscore: `import` is in `import_`."""
    return "import_" if name == "import" else name.replace("-", "_")
