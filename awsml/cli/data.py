"""`awsml data`: measure, pack, put, get and list datasets; each command loads only its own."""

from __future__ import annotations

import importlib

import click

# name -> (module, the command in it)
COMMANDS = {
    "probe": ("awsml.cli.data_probe", "probe_command"),
    "pack": ("awsml.cli.data_pack", "pack_command"),
    "put": ("awsml.cli.data_transfer", "put_command"),
    "get": ("awsml.cli.data_transfer", "get_command"),
    "ls": ("awsml.cli.data_transfer", "ls_command"),
}


class DataCommands(click.Group):
    """Imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.group("data", cls=DataCommands, epilog="Example: awsml data probe ./images")
def command() -> None:
    """Measure, pack, put, get and list datasets.

    s3:// means the project's own object store (.awsml/s3) unless --on aws or --endpoint-url says
    otherwise.
    """
