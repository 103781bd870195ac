"""What a model expects at a path: read from its annotations, for hints and schemas."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from awsml.scenario.paths import Step

_DEEPEST = 6


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model under the names that a scenario uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def models_at(model: type[BaseModel], steps: Sequence[Step]) -> list[type[BaseModel]]:
    """The models that may stand at a path; more than one where a union leaves it open."""
    found: list[Any] = [model]
    for step in steps:
        found = [inner for each in found for inner in _inside(each, step)]
    return list(dict.fromkeys(each for each in found if _is_model(each)))


def field_at(model: type[BaseModel], steps: Sequence[Step]) -> FieldInfo | None:
    """The declaration of the field at a path."""
    if not steps or not isinstance(steps[-1], str):
        return None
    fields = (fields_of(each).get(steps[-1]) for each in models_at(model, steps[:-1]))
    return next((field for field in fields if field is not None), None)


def example_of(field: FieldInfo) -> Any:
    """What the field, or its type, gives as an example; None where neither does."""
    if field.examples:
        return field.examples[0]
    schemas = (each for each in field.metadata if isinstance(each, WithJsonSchema))
    examples = (each.json_schema.get("examples") for each in schemas if each.json_schema)
    return next((each[0] for each in examples if each), None)


def marks_of(field: FieldInfo) -> Iterator[Any]:
    """What Annotated says of a field and of each type that it allows."""
    yield from field.metadata
    for option in get_args(field.annotation):
        if get_origin(option) is Annotated:
            yield from option.__metadata__


def field_paths(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The path of every named field that needs no name of the user's, parents first."""
    level: list[tuple[tuple[str, ...], type[BaseModel]]] = [((), model)]
    for _ in range(_DEEPEST):
        below: list[tuple[tuple[str, ...], type[BaseModel]]] = []
        for path, each in level:
            for name, field in fields_of(each).items():
                yield (*path, name)
                below += [((*path, name), m) for m in options(field.annotation) if _is_model(m)]
        level = below


def options(annotation: Any) -> Iterator[Any]:
    """What an annotation allows, without Annotated, unions and aliases around it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from options(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from options(each)
    elif hasattr(annotation, "__value__"):  # a `type X = ...` alias
        yield from options(annotation.__value__)
    else:
        yield annotation


def _inside(annotation: Any, step: Step) -> Iterator[Any]:
    origin, args = get_origin(annotation), get_args(annotation)
    if _is_model(annotation) and isinstance(step, str):
        field = fields_of(annotation).get(step)
        yield from options(field.annotation) if field is not None else ()
    elif isinstance(origin, type) and issubclass(origin, Mapping) and len(args) == 2:
        yield from options(args[1]) if isinstance(step, str) else ()
    elif origin in (list, tuple, set, frozenset) or _is_sequence(origin):
        yield from options(args[0]) if isinstance(step, int) and args else ()


def _is_sequence(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Sequence)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
