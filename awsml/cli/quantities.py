"""Numbers and quantities of the command line: what is not above 0, or no number, is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import click

from awsml.units import QuantityError

Check = Callable[[click.Context, click.Parameter, str | None], str | None]


def above_zero(parse: Callable[[str], Any]) -> Check:
    """A callback that passes a text on which `parse` reads as a quantity above 0."""

    def check(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            amount = parse(text)
        except QuantityError as error:
            raise click.BadParameter(f"{error}; {error.hint}") from error
        if amount <= 0:
            raise click.BadParameter(f"`{text}` is not above 0")
        return text

    return check


class FiniteRange(click.FloatRange):
    """A range that `nan`, which is neither below nor above anything, does not slip through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number
