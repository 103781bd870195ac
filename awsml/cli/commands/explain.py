"""`awsml explain SLUG`: what a finding or an error means, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Sequence

import click

from awsml.cli.output import Output, as_json_text, outputs_option, write
from awsml.errors import UsageError
from awsml.render.explanation import page, page_slugs, wrapped

_WIDEST = 100  # longer lines are hard to read


@click.command("explain", epilog="Example: awsml explain max-wait-needs-spot")
@click.argument("slug", required=False)
@outputs_option("text", "json")
def command(slug: str | None, outputs: Sequence[Output]) -> None:
    """Print the page of a finding or an error; without SLUG, list all that have one."""
    if slug is None:
        slugs = page_slugs()
        listed = {"version": 1, "slugs": slugs}
        write(outputs, {"text": lambda _: "\n".join(slugs), "json": lambda _: as_json_text(listed)})
        return
    text = page(slug)
    if text is None:
        raise _unknown(slug)
    value = {"version": 1, "slug": slug, "text": text}
    write(
        outputs,
        {
            "text": lambda style: wrapped(text, min(style.width, _WIDEST)),
            "json": lambda _: as_json_text(value),
        },
    )


def _unknown(slug: str) -> UsageError:
    import difflib

    near = difflib.get_close_matches(slug, page_slugs(), 1, 0.5)
    hint = f"run `awsml explain {near[0]}`" if near else "run `awsml explain` for the list"
    return UsageError(f"no finding or error is called `{slug}`", hint=hint, slug="no-such-page")
