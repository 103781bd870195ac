"""Which facts a command works with: the bundled ones, or a refreshed snapshot over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from awsml.cli.output import Output, as_json_text, warn, write
from awsml.errors import UsageError
from awsml.nearness import nearest

DEFAULT_REGION = "us-east-1"


def facts_folder(environ: Mapping[str, str]) -> Path:
    """Where refreshed catalogues are kept for this user."""
    data = environ.get("XDG_DATA_HOME") or Path(environ.get("HOME", "~")) / ".local" / "share"
    return Path(data) / "awsml" / "catalog"


def use_refreshed(environ: Mapping[str, str]) -> None:
    """Answer from the user's snapshot from now on; without one nothing is imported."""
    folder = facts_folder(environ)
    if not (folder / "current").exists():
        return
    from awsml import catalog
    from awsml.catalog.snapshots import Snapshots

    catalog.use(Snapshots(folder).current())


def known_region(name: str | None) -> str:
    """The region asked for; an unknown one is an error that names the known ones."""
    from awsml import catalog

    region = name or DEFAULT_REGION
    if catalog.region(region) is None:
        close = nearest(region, catalog.regions())
        hint = f"did you mean `{close[0]}`? " if close else ""
        raise UsageError(
            f"`{region}` is no AWS region that is known here",
            hint=f"{hint}known: {', '.join(catalog.regions())}",
            slug="unknown-region",
        )
    return region


def today() -> date:
    return datetime.now(UTC).date()


def warn_of_age(region: str | None = None) -> None:
    """Old data are mentioned once a command, not per line."""
    from awsml import catalog

    sentence = catalog.age_warning(today(), region)
    if sentence:
        warn(sentence)


def written(
    outputs: Sequence[Output],
    text: Callable[[int], str],
    structure: Callable[[], dict[str, Any]],
) -> None:
    write(
        outputs,
        {
            "text": lambda style: text(style.width),
            "json": lambda _: as_json_text(structure()),
        },
    )
