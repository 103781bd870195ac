"""`awsml endpoint`: deploy, measure, find idle and delete; each command loads only its own."""

from __future__ import annotations

import importlib

import click

COMMANDS = ("deploy", "bench", "idle", "delete")


class EndpointCommands(click.Group):
    """Imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"awsml.cli.endpoint_{cmd_name}").command
        assert isinstance(found, click.Command)
        return found


@click.group(
    "endpoint",
    cls=EndpointCommands,
    epilog="Example: awsml endpoint deploy && awsml endpoint bench",
)
def command() -> None:
    """Serve a model on this machine or on AWS, measure it, and find what serves nobody."""
