"""A settled mistake as a finding: what is wrong in plain words, where, and what to type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from awsml.finding import Confidence, Finding, Level, Place
from awsml.nearness import closest, folded, nearest
from awsml.scenario.document import Document
from awsml.scenario.fields import Problem
from awsml.scenario.mistake import Mistake, allowed
from awsml.scenario.paths import Step, format_path
from awsml.scenario.shape import example_of, field_at, field_paths, fields_of, models_at
from awsml.units import QuantityError

_WANTED = {
    "int": ("a whole number", "1"),
    "float": ("a number", "0.5"),
    "decimal": ("a number", "0.5"),
    "bool": ("on or off", "on"),
    "string": ("a text", "text"),
    "list": ("a list", "[a, b]"),
    "tuple": ("a list", "[a, b]"),
    "set": ("a list", "[a, b]"),
    "dict": ("a mapping", "{name: value}"),
    "model": ("a mapping", "{name: value}"),
    "mapping": ("a mapping", "{name: value}"),
    "date": ("a date", "2026-01-31"),
    "time": ("a time of day", '"02:00"'),
}
_NUMBERS = ("a whole number", "a number")
_NUMBER = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{1,9})?)\s*(%|[A-Za-z/ ]*)")
_OFF = frozenset({"off", "none", "no", "false"})
_OF_TYPE = ("_type", "_parsing", "_from_float", "_parsing_size")
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


def complaint(document: Document, model: type[BaseModel], mistake: Mistake) -> Finding:
    if mistake.type == "extra_forbidden":
        return _unknown_field(document, model, mistake)
    if mistake.type == "missing":
        return _missing(document, model, mistake)
    if mistake.type == "literal_error":
        return _not_allowed(document, mistake)
    error = mistake.context.get("error")
    if isinstance(error, Problem | QuantityError):
        return _problem(document, mistake, error)
    if mistake.type in _BOUNDS:
        return _out_of_bounds(document, mistake)
    if mistake.type.endswith(("too_long", "too_short")):
        return _wrong_length(document, mistake)
    if mistake.type.endswith(_OF_TYPE) and mistake.type.split("_")[0] in _WANTED:
        return _wrong_type(document, model, mistake)
    message = str(error) if isinstance(error, ValueError) else mistake.message
    text = f"`{_shown(mistake)}`: {message[:1].lower()}{message[1:]}"
    hint = f"change it; `awsml schema {document.kind}` says what it takes"
    return _finding(document, mistake, "bad-value", text, hint)


def _unknown_field(document: Document, model: type[BaseModel], mistake: Mistake) -> Finding:
    *parents, last = mistake.steps
    name = str(last)
    siblings = [n for each in models_at(model, parents) for n in fields_of(each)]
    where = f"`{format_path(parents)}` has no field" if parents else "there is no field"
    near = closest(name, siblings)
    if near is not None:
        hint = f"write `{near}`"
    elif elsewhere := _elsewhere(model, parents, name):
        hint = f"write it as `{format_path(elsewhere)}`"
    elif siblings:
        listed = ", ".join(nearest(name, siblings, 8, 0.0) or siblings[:8])
        hint = f"remove `{name}`, or write one of: {listed}"
    else:
        hint = f"remove `{name}`"
    place = document.key_place(format_path(mistake.steps))
    message = f"{where} `{name}`"
    return _finding(document, mistake, "unknown-field", message, hint, place)


def _elsewhere(
    model: type[BaseModel], parents: Sequence[Step], name: str
) -> tuple[str, ...] | None:
    """A field of this name at another level, the one nearest to where it was written."""
    paths = list(field_paths(model))
    same = [path for path in paths if folded(path[-1]) == folded(name)]
    if not same and len(name) > 3:
        near = closest(name, {path[-1] for path in paths}, 0.85)
        same = [path for path in paths if path[-1] == near]

    def distance(path: tuple[str, ...]) -> int:
        shared = 0
        while shared < min(len(path) - 1, len(parents)) and path[shared] == parents[shared]:
            shared += 1
        return len(path) + len(parents) - 2 * shared

    return min(same, key=distance, default=None)


def _missing(document: Document, model: type[BaseModel], mistake: Mistake) -> Finding:
    path = format_path(mistake.steps)
    field = field_at(model, mistake.steps)
    reason = _sentence(field.description if field is not None else None)
    message = f"`{path}` is missing" + (f": {reason}" if reason else "")
    parent = format_path(mistake.steps[:-1])
    hint = f"add `{_last(mistake)}: {_example(model, mistake.steps)}`"
    hint += f" to `{parent}`" if parent else ""
    return _finding(document, mistake, "missing-required", message, hint)


def _not_allowed(document: Document, mistake: Mistake) -> Finding:
    options = allowed(mistake)
    text = _input(mistake.input)
    near = _switched(mistake.input, options) or closest(str(mistake.input), options, 0.6)
    ordered = nearest(str(mistake.input), options, len(options), 0.0) or options
    name = _shown(mistake)
    message = f"`{name}` cannot be {text}: it is one of {', '.join(ordered)}"
    hint = f"write `{_last(mistake)}: {near or ordered[0]}`"
    return _finding(document, mistake, "enum-value", message, hint)


def _switched(value: Any, options: Sequence[str]) -> str | None:
    """What `yes` or `no` means, of options of which one turns something off."""
    off = [each for each in options if each in _OFF]
    on = [each for each in options if each not in _OFF]
    meant = {"on": on, "yes": on, "true": on, "off": off, "no": off, "false": off}
    found = meant.get(str(value).lower(), []) if off else []
    return found[0] if len(found) == 1 else None


def _problem(document: Document, mistake: Mistake, error: Problem | QuantityError) -> Finding:
    slug = error.slug if isinstance(error, Problem) else "wrong-unit"
    field = error.field if isinstance(error, Problem) else None
    if field is not None:
        path = format_path(mistake.steps)
        path = f"{path}.{field}" if path else field
        place = document.place(path)
        return Finding(slug, Level.ERROR, str(error), error.hint, Confidence.VERIFIED, place, path)
    message = f"`{_shown(mistake)}`: {error}" if mistake.steps else str(error)
    return _finding(document, mistake, slug, message, error.hint)


def _out_of_bounds(document: Document, mistake: Mistake) -> Finding:
    words, key = _BOUNDS[mistake.type]
    bound = mistake.context.get(key)
    message = (
        f"`{_shown(mistake)}` must be {words} {_number(bound)}, and {_input(mistake.input)} is not"
    )
    hint = f"write `{_last(mistake)}: {_number(bound)}`" if key in ("ge", "le") else None
    return _finding(
        document,
        mistake,
        "out-of-range",
        message,
        hint or f"write a value {words} {_number(bound)}",
    )


def _wrong_length(document: Document, mistake: Mistake) -> Finding:
    """Too many or too few items of a list or mapping, or characters of a text."""
    long = mistake.type.endswith("long")
    bound = mistake.context.get("max_length" if long else "min_length")
    size = len(mistake.input)
    what = "characters" if isinstance(mistake.input, str) else "entries"
    limit = f"at most {bound}" if long else f"at least {bound}"
    message = f"`{_shown(mistake)}` has {size} {what}, and {limit} are taken"
    hint = f"remove {size - bound}" if long and bound is not None else f"give {limit}"
    return _finding(document, mistake, "out-of-range", message, hint)


def _wrong_type(document: Document, model: type[BaseModel], mistake: Mistake) -> Finding:
    wanted, example = _WANTED[mistake.type.split("_")[0]]
    name = _shown(mistake)
    if mistake.input is None:
        message = f"`{name}` has no value, and {wanted} is wanted"
    else:
        message = f"`{name}` must be {wanted}, and {_input(mistake.input)} is not"
    hint = _typed_hint(model, mistake, wanted, example)
    return _finding(document, mistake, "wrong-type", message, hint)


def _typed_hint(model: type[BaseModel], mistake: Mistake, wanted: str, example: str) -> str:
    """What to type instead: what was meant, where that can be seen, else the field's example."""
    given, last = mistake.input, _last(mistake)
    *parents, _ = mistake.steps or ("",)
    if wanted == "a list" and isinstance(given, str):
        return f"write `{last}: [{given}]`"
    if isinstance(given, dict | list) and wanted not in ("a list", "a mapping"):
        # A field that stands too far in is an entry of its neighbour's mapping.
        place = _namesake(model, parents, last) if field_at(model, mistake.steps) is None else None
        if place is not None:
            return f"`{format_path(place)}` is meant? Indent it less"
        return f"give `{last}` one value: `{last}: {_example(model, mistake.steps, example)}`"
    example = _example(model, mistake.steps, example)
    field = field_at(model, mistake.steps)
    if wanted in _NUMBERS and (field is None or example_of(field) is None):
        number = _number_in(given, whole=wanted == "a whole number")
        return f"write `{last}: {number}`" if number else f"write `{last}` in digits"
    if example == "{name: value}" and (fields := _fields_at(model, mistake.steps)):
        return f"write `{last}` with fields of its own: {', '.join(fields)}"
    return f"write `{last}: {example}`"


def _number_in(given: Any, whole: bool) -> str | None:
    """The number of a text that has one: 0.7 of `70%`, 50 of `50 rps`."""
    match = _NUMBER.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        return None
    value = float(match[1]) / (100 if match[2] == "%" else 1)
    return f"{round(value)}" if whole else f"{value:g}"


def _namesake(model: type[BaseModel], parents: Sequence[Step], name: str) -> tuple[str, ...] | None:
    """A field of exactly this name further out on the way to here."""
    around = tuple(str(step) for step in parents)
    paths = [path for path in field_paths(model) if path[-1] == name]
    outer = [path for path in paths if path[:-1] == around[: len(path) - 1]]
    return max(outer, key=len, default=None)


def _fields_at(model: type[BaseModel], steps: Sequence[Step]) -> list[str]:
    inner = next(iter(models_at(model, steps)), None)
    return [] if inner is None else list(fields_of(inner))[:6]


def _finding(
    document: Document,
    mistake: Mistake,
    slug: str,
    message: str,
    hint: str | None,
    place: Place | None = None,
) -> Finding:
    path = format_path(mistake.steps)
    if place is None:
        place = document.key_place(path) if mistake.on_key else document.place(path)
    return Finding(slug, Level.ERROR, message, hint, Confidence.VERIFIED, place, field=path or None)


def _example(model: type[BaseModel], steps: Sequence[Step], fallback: str = "...") -> str:
    """Something that can stand at a path: the field's example, else its required fields'."""
    field = field_at(model, steps)
    example = example_of(field) if field is not None else None
    if example is not None:
        return _yaml(example)
    if field is not None and get_origin(field.annotation) is Literal:
        return str(get_args(field.annotation)[0])
    inner = next(iter(models_at(model, steps)), None)
    if inner is None:
        return fallback
    required = [name for name, each in fields_of(inner).items() if each.is_required()]
    parts = (f"{name}: {_example(model, (*steps, name))}" for name in required)
    return "{" + ", ".join(parts) + "}" if required else fallback


def _yaml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(each) for each in value) + "]"
    return str(value)


def _shown(mistake: Mistake) -> str:
    return format_path(mistake.steps) or "the document"


def _last(mistake: Mistake) -> str:
    names = [step for step in mistake.steps if isinstance(step, str)]
    return names[-1] if names else "value"


def _input(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(text: str | None) -> str:
    first = (text or "").strip().partition("\n")[0].rstrip(".")
    return first[:1].lower() + first[1:]
