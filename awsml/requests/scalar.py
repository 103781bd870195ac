"""Checks one string, number or size against what the model allows."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.finding import Level
from awsml.nearness import named, nearest
from awsml.requests.complaint import Complaint
from awsml.requests.instances import looks_like_instance
from awsml.requests.table import Shape, source


def check_text(name: str, shape: Shape, text: str, path: str) -> Iterator[Complaint]:
    """A string: its enum, length and pattern. `name` is what the service calls the shape."""
    if shape.enum:
        if not (shape.open or text in shape.enum or _in_any_case(shape, text)):
            yield _not_in_enum(shape, text, path)
        return
    wrong_length = [
        complaint._replace(hint=_form(shape, text))
        if shape.pattern and len(text) < (shape.min or 0)
        else complaint
        for complaint in check_size(shape, len(text), path, "characters", slug=_slug(name))
    ]
    yield from wrong_length
    # A pattern is not tried on what is too long: it could take very long, and says nothing new.
    if not wrong_length and not shape.fits(text):
        yield _mismatch(name, shape, text, path)


def check_number(shape: Shape, value: float, path: str) -> Iterator[Complaint]:
    low, high = shape.min, shape.max
    if low is not None and value < low:
        hint = f"use {_between(low, high)}"
        yield Complaint("out-of-range", path, f"`{path}` is {value}, below {low:g}", hint)
    elif high is not None and value > high:
        hint = f"use {_between(low, high)}"
        yield Complaint("out-of-range", path, f"`{path}` is {value}, above {high:.0f}", hint)


def check_size(
    shape: Shape, size: int, path: str, unit: str, *, slug: str = "length-limit"
) -> Iterator[Complaint]:
    """The number of characters, items or entries."""
    if shape.max is not None and size > shape.max:
        message = f"`{path}` has {size} {unit}, and at most {shape.max} are allowed"
        yield Complaint(slug, path, message)
    elif shape.min is not None and size < shape.min:
        message = f"`{path}` has {size} {unit}, and at least {shape.min} must be there"
        yield Complaint(slug, path, message)


def _in_any_case(shape: Shape, text: str) -> bool:
    return shape.any_case and text.lower() in (value.lower() for value in shape.enum)


def _not_in_enum(shape: Shape, text: str, path: str) -> Complaint:
    near = nearest(text, shape.enum)
    if looks_like_instance(text) and any(looks_like_instance(value) for value in shape.enum):
        since = source()
        message = f"`{text}` is not among the instance types that `{path}` is known to take"
        hint = f"check the name: the table is of {since.date} (botocore {since.botocore})"
        return Complaint("unknown-instance-type", path, message, hint, Level.WARNING)
    others = [value for value in shape.enum if value not in near]
    message = f"`{text}` is no value of `{path}`"
    if near:
        hint = f"did you mean `{near[0]}`?"
        hint += f" The others are {named(others)}" if others else ""
    else:
        hint = f"the values are {named(shape.enum)}"
    return Complaint("enum-value", path, message, hint, local=True)


def _mismatch(name: str, shape: Shape, text: str, path: str) -> Complaint:
    shown = text if len(text) <= 60 else text[:57] + "..."
    message = f"`{shown}` does not have the form of `{path}`"
    return Complaint(_slug(name, "pattern-mismatch"), path, message, _form(shape, text))


def _slug(shape_name: str, slug: str = "length-limit") -> str:
    """Names have a page of their own, whatever is wrong with them."""
    return "bad-name" if shape_name.endswith("Name") else slug


def _form(shape: Shape, text: str) -> str:
    """What to write instead, the first character that has no place in this form, or the form."""
    if shape.pattern and shape.fits(f"s3://{text}"):
        return f"write `s3://{text}`"
    for character in dict.fromkeys(text) if shape.pattern else ():
        if not character.isalnum() and not shape.fits(f"a{character}a"):
            return f"remove {character!r}: the form is {shape.aws_pattern}"
    return f"the form is {shape.aws_pattern}"


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:.0f}"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:.0f}"
