"""JSON Schema of a spec, for editors: it takes what the loader takes.

Draft 7, which every YAML language server reads. A scalar may be a variable, a text may be
typed as a number, and what a base file may supply is asked for only where nothing is extended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

SHORT_FORM = "x-short-form"  # in a model's json_schema_extra: what may stand for the mapping
INCLUDED = "x-included"  # in a field's json_schema_extra: a file's name may stand for it
_FILE = {"type": "string", "description": "A file that holds it."}
_VARIABLE = {"type": "string", "pattern": r"\$\{env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"}
_EXTENDS = {"type": "string", "description": "A file that this document starts from."}
_ANY_TEXT = ["string", "number", "boolean"]
_NULL = {"type": "null"}
_ABOUT = frozenset({"description", "default", "examples"})

Schema = dict[str, Any]


def spec_schema(kind: str, model: type[BaseModel]) -> Schema:
    """The schema of one kind's documents."""
    raw = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = raw.pop("$defs", {})
    schema = _object(raw)
    schema["properties"] = {
        "kind": {"const": kind, "description": "What the job is."},
        "extends": _EXTENDS,
        **{name: each for name, each in schema["properties"].items() if name != "kind"},
    }
    schema["required"] = ["kind"]
    schema["if"] = {"not": {"required": ["extends"]}}
    schema["then"] = _needs(raw, definitions)
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"awsml {kind} scenario",
    }
    named = {name: _changed(each) for name, each in definitions.items()}
    return {**head, **schema, "title": head["title"], "definitions": named}


def _changed(schema: Schema) -> Schema:
    """A schema as an editor should see it."""
    if INCLUDED in schema:
        return _included({name: each for name, each in schema.items() if name != INCLUDED})
    if "$ref" in schema:
        return _reference(schema)
    if schema.get("type") == "object":
        return _object(schema)
    if schema.get("type") == "array":
        return _without_noise({**schema, **_items(schema)})
    if "anyOf" in schema:
        return _any_of(schema)
    return _scalar(schema)


def _included(schema: Schema) -> Schema:
    changed = _changed(schema)
    about = {name: changed.pop(name) for name in _ABOUT if name in changed}
    return {"anyOf": [_FILE, *changed.get("anyOf", [changed])], **about}


def _reference(schema: Schema) -> Schema:
    """What stands beside a `$ref` is ignored before draft 2019, so it moves around it."""
    rest = _without_noise({name: each for name, each in schema.items() if name != "$ref"})
    return {"allOf": [{"$ref": schema["$ref"]}], **rest} if rest else dict(schema)


def _object(schema: Schema) -> Schema:
    changed = _without_noise(schema)
    short = changed.pop(SHORT_FORM, None)
    changed.pop("required", None)
    if "properties" in schema:
        required = schema.get("required", ())
        changed["properties"] = {
            name: _changed(each) if name in required else _nullable(_changed(each))
            for name, each in schema["properties"].items()
        }
    if isinstance(schema.get("additionalProperties"), dict):
        changed["additionalProperties"] = _changed(schema["additionalProperties"])
    return {"anyOf": [short, changed]} if short is not None else changed


def _items(schema: Schema) -> Schema:
    items = schema.get("items")
    return {"items": _changed(items)} if isinstance(items, dict) else {}


def _any_of(schema: Schema) -> Schema:
    """Options, flattened, with the variable offered once."""
    found: list[Schema] = []
    for option in schema["anyOf"]:
        changed = _changed(option)
        nested = changed.get("anyOf")
        simple = nested is not None and changed.keys() <= {"anyOf", *_ABOUT}
        found += nested if simple and isinstance(nested, list) else [changed]
    unique = [each for index, each in enumerate(found) if each not in found[:index]]
    return {**_without_noise(schema), "anyOf": unique}


def _scalar(schema: Schema) -> Schema:
    changed = _without_noise(schema)
    kind = changed.get("type")
    if kind == "null" or not changed.keys() - _ABOUT:
        return changed
    if kind == "string" and not changed.keys() & {"pattern", "enum", "const", "format"}:
        return {**changed, "type": _ANY_TEXT}
    about = {name: changed.pop(name) for name in _ABOUT if name in changed}
    words = [{"enum": ["on", "off", "yes", "no"]}] if kind == "boolean" else []
    return {"anyOf": [changed, *words, _VARIABLE], **about}


def _nullable(schema: Schema) -> Schema:
    """A key without a value says nothing, so it may stand wherever the field may be absent."""
    options = schema.get("anyOf")
    if isinstance(options, list):
        return {**schema, "anyOf": [*options, *([] if _NULL in options else [_NULL])]}
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [*schema["type"], "null"]}
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    if "allOf" in schema:
        about = {name: schema[name] for name in _ABOUT if name in schema}
        return {"anyOf": [*schema["allOf"], _NULL], **about}
    return {"anyOf": [schema, _NULL]} if "$ref" in schema else schema


def _without_noise(schema: Schema) -> Schema:
    """Without the titles that pydantic makes of names, and defaults that cannot be typed."""
    changed = {name: each for name, each in schema.items() if name not in ("title", "default")}
    default = schema.get("default")
    if isinstance(default, str | bool | int) and not any(_patterns(schema)):
        changed["default"] = default
    return changed


def _patterns(schema: Schema) -> Iterator[str]:
    for option in (schema, *schema.get("anyOf", ())):
        if "pattern" in option:
            yield option["pattern"]


def _needs(schema: Schema, definitions: Mapping[str, Schema], seen: tuple[str, ...] = ()) -> Schema:
    """What must be there when nothing is extended: required names, at every level."""
    reference = schema.get("$ref")
    if reference is not None:
        name = str(reference).rpartition("/")[2]
        return {} if name in seen else _needs(definitions[name], definitions, (*seen, name))
    needs: Schema = {}
    if schema.get("required"):
        needs["required"] = [name for name in schema["required"] if name != "kind"]
    inner = {
        name: below
        for name, each in schema.get("properties", {}).items()
        if (below := _needs(each, definitions, seen))
    }
    optional = [each for each in schema.get("anyOf", ()) if each != _NULL]
    if len(optional) == 1:
        needs = _needs(optional[0], definitions, seen)
    for key in ("additionalProperties", "items"):
        if isinstance(schema.get(key), dict):
            values = _needs(schema[key], definitions, seen)
            return {key: values} if values else {}
    return {**needs, **({"properties": inner} if inner else {})}
