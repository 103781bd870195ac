"""The entry point: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import click

from awsml import __version__
from awsml.cli.lazy import LazyGroup
from awsml.errors import AwsmlError, BackendError, UsageError

# name -> (section, one-line help); each is `command` in a module of `awsml.cli.commands`.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("Start", "Make a small project that runs at once."),
    "validate": ("Start", "Check scenarios, templates and raw requests."),
    "plan": ("Decide", "Show the AWS requests, the dollars and the minutes."),
    "advise": ("Decide", "Say what to change, what it saves, and why."),
    "catalog": ("Decide", "Look up instance types, prices, images and algorithms."),
    "train": ("Do", "Run a training job, here or on AWS."),
    "hpo": ("Do", "Run a tuning job, here or on AWS."),
    "endpoint": ("Do", "Deploy, measure, find idle and delete endpoints."),
    "batch": ("Do", "Submit, deploy and schedule batch jobs."),
    "cluster": ("Do", "Fit and measure how a GPU cluster scales."),
    "data": ("Do", "Probe, pack, put, get and list datasets."),
    "runs": ("Follow", "List runs, here and on AWS."),
    "status": ("Follow", "Show where a run stands."),
    "logs": ("Follow", "Print or follow the log of a run."),
    "stop": ("Follow", "Stop a run."),
    "why": ("Follow", "Say why a run failed, waits, or starves its GPU."),
    "report": ("Follow", "Write the report of a run."),
    "doctor": ("Around", "Check credentials, role, quota and images before a run."),
    "import": ("Around", "Write a scenario from a job on AWS."),
    "export": ("Around", "Write a plan as CLI, boto3, SDK or CloudFormation."),
    "explain": ("Around", "Print the page of a finding or an error."),
    "schema": ("Around", "Print the JSON Schema of a kind."),
}


class Commands(LazyGroup):
    """The commands by section, with the help of the table: none is imported to be listed."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            section, text = COMMANDS[name]
            sections.setdefault(section, []).append((name, text))
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)


@click.group(
    cls=Commands,
    package="awsml.cli.commands",
    members=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: awsml init training demo && cd demo && awsml train",
)
@click.version_option(__version__, prog_name="awsml")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project folder; otherwise the one with awsml.yaml above, or this one.",
)
@click.option("--region", metavar="REGION", help="AWS region, instead of the scenario's.")
@click.option("--profile", metavar="NAME", help="AWS profile of your configuration.")
@click.pass_context
def cli(ctx: click.Context, project: Path | None, region: str | None, profile: str | None) -> None:
    """Plan, check, price, rehearse and run machine learning jobs on AWS.

    A scenario (YAML) says what the job is. awsml says what AWS would be asked, what it costs,
    how long it takes and what to change; then runs it, on this machine or on AWS.
    """
    from awsml.cli.facts import use_refreshed
    from awsml.cli.project import Project

    environ = dict(os.environ)  # what scripts are started with
    ctx.obj = Project.found(project, _here(), region, profile, environ)
    use_refreshed(environ)
    _want_no_plugins()


def _want_no_plugins() -> None:
    """Pydantic looks for plugins in the metadata of all packages; importing what reads metadata
    alone is a tenth of a short command. Where its loader has moved, this does nothing."""
    loader = ModuleType("pydantic.plugin._loader")
    setattr(loader, "get_plugins", tuple)  # noqa: B010
    sys.modules.setdefault(loader.__name__, loader)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise UsageError("the current folder is gone", hint="run `cd` to one there is") from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Run awsml and leave with one of its exit codes."""
    _open_streams()
    code = run(arguments)
    _let_go_of_output()
    sys.exit(code)


def _open_streams() -> None:
    """Streams that the caller closed: nothing to read, and nobody to write to."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names of files need not be UTF-8
            stream.reconfigure(errors="backslashreplace")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; every error becomes a message and an exit code here."""
    try:
        result = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="awsml",
            standalone_mode=False,
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        return _interrupted()
    except click.ClickException as error:
        return _explain_click(error)
    except AwsmlError as error:
        return _explain(error)
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        return _explain(_refusal(error))
    except KeyboardInterrupt:
        return _interrupted()


# What the system refuses whichever file it is about. Any other OSError is a defect, and shows.
_REFUSALS = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EIO,
    errno.ELOOP,
    errno.EMFILE,
    errno.ENAMETOOLONG,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}


def _refusal(error: OSError) -> BackendError:
    reason = (error.strerror or "refused").lower()
    return BackendError(
        f"{error.filename}: {reason}" if error.filename else reason,
        hint="check the disk with `df -h .` and the permissions with `ls -ld`",
        slug="system-refused",
    )


# Options of awsml itself, with what stands for their value.
_GLOBAL = {"--project": "DIR", "--region": "REGION", "--profile": "NAME"}


def _explain_click(error: click.ClickException) -> int:
    from awsml.cli.output import explain_error

    context = error.ctx if isinstance(error, click.UsageError) else None
    message = error.format_message()
    if context is not None and message == context.get_help():  # nothing was asked for
        click.echo(message, err=True)
        return 2
    hint = f"run `{context.command_path if context else 'awsml'} --help`"
    if isinstance(error, click.NoSuchOption) and context and error.option_name in _GLOBAL:
        option, words = error.option_name, context.command_path.partition(" ")[2]
        message = f"{option} stands before the command"
        hint = f"write `awsml {option} {_GLOBAL[option]} {words} …`"
    lowered = message[:1].lower() + message[1:]
    explain_error(UsageError(lowered.rstrip("."), hint=hint), sys.argv)
    return 2


def _explain(error: AwsmlError) -> int:
    from awsml.cli.output import explain_error

    explain_error(error, sys.argv)
    return error.exit_code


def _interrupted() -> int:
    click.echo("interrupted", err=True)
    return 128 + signal.SIGINT


def _reader_left() -> int:
    """The program that read our output closed its end: leave quietly, as `head` expects."""
    _let_go_of_output()
    return 128 + signal.SIGPIPE


def _let_go_of_output() -> None:
    """What cannot be written to stdout was told of already; Python would complain once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
