"""A document against a model: the spec, or every mistake at once with its place and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from awsml.finding import Confidence, Finding, Level
from awsml.nearness import closest
from awsml.scenario.complaint import complaint
from awsml.scenario.document import Document
from awsml.scenario.mistake import Mistake, mistakes
from awsml.scenario.shape import field_at, fields_of

Model = TypeVar("Model", bound=BaseModel)


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Finding]]:
    """The spec, or None and a finding for each mistake."""
    data = _data(document, model)
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = mistakes(document.root, error.errors(include_url=False))
    if _drop_unset(data, found, model):
        try:
            return model.model_validate(data), []
        except ValidationError as error:
            found = mistakes(document.root, error.errors(include_url=False))
    told = (complaint(document, model, each) for each in found if not _said(each, found))
    # Of a value that lacks a variable, the loader has said what there is to say.
    findings = (finding for finding in told if finding.place not in document.unresolved)
    return None, list(dict.fromkeys(findings))


def kind_finding(document: Document, kinds: Iterable[str]) -> Finding | None:
    """The complaint about a `kind` that is absent or unknown; None when it is a known one."""
    known = list(kinds)
    kind = document.kind
    if kind in known:
        return None
    listed = ", ".join(known)
    if kind is None:
        slug, message = "missing-required", "`kind` is missing: it says what the job is"
        hint = f"write `kind: {known[0]}`, or one of: {listed}"
    else:
        near = closest(kind, known, cutoff=0.5)
        slug, message = "enum-value", f"`{kind}` is no kind"
        hint = f"write `kind: {near}`" if near else f"write one of: {listed}"
    place = document.place("kind") if document.has("kind") else document.top
    return Finding(slug, Level.ERROR, message, hint, Confidence.VERIFIED, place, "kind")


def _data(document: Document, model: type[BaseModel]) -> dict[str, Any]:
    """The document without common defaults of the project that this kind has no field for."""
    data = document.plain()
    for name in document.shared - fields_of(model).keys():
        data.pop(name, None)
    return data


def _drop_unset(data: dict[str, Any], found: Iterable[Mistake], model: type[BaseModel]) -> bool:
    """Take out keys without a value whose fields may be absent; whether there were any."""
    dropped = False
    for mistake in found:
        field = field_at(model, mistake.steps) if mistake.input is None else None
        if field is None or field.is_required():
            continue
        parent: Any = data
        for step in mistake.steps[:-1]:
            parent = parent[step]
        dropped = parent.pop(mistake.steps[-1], data) is None or dropped
    return dropped


def _said(each: Mistake, found: list[Mistake]) -> bool:
    """Whether a missing field stands there under a misspelt name, which is said already."""
    if each.type != "missing":
        return False
    siblings = (m for m in found if m.type == "extra_forbidden" and m.steps[:-1] == each.steps[:-1])
    return any(closest(str(m.steps[-1]), [str(each.steps[-1])]) for m in siblings)
