"""What a file is: a scenario, a template or a request; or none, and why."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from pathlib import PurePath
from typing import NamedTuple

from awsml.readers.templates.template import looks_like_template
from awsml.requests.recognition import api_of_members, api_of_name
from awsml.scenario.source import SourceText

_KIND = re.compile(r"""^(?:kind|["']kind["'])[ \t]*:""", re.MULTILINE)
# A scenario may leave its kind to the one it extends; what linters extend is no YAML file.
_EXTENDS = re.compile(r"""^extends[ \t]*:[ \t\["']*[^\s"'#,\]]+\.ya?ml\b""", re.MULTILINE)
_ELSEWHERE = re.compile(r"^apiVersion[ \t]*:", re.MULTILINE)
# Resources of a template, whatever types they have, and however broken the rest is.
_RESOURCES = re.compile(r"""^["']?Resources["']?[ \t]*:[ \t]*\r?\n[ \t]+[\w"']""", re.MULTILINE)
_MAPPING = re.compile(r"""^[A-Za-z_"'][^\n:#]*:(?:[ \t]|$)""", re.MULTILINE)


class Kind(Enum):
    SCENARIO = auto()
    TEMPLATE = auto()
    REQUEST = auto()
    NOTHING = auto()


class Recognised(NamedTuple):
    """What a file is; `detail` is the API of a request, or why it is skipped."""

    kind: Kind
    detail: str = ""


def recognised(source: SourceText, named: bool) -> Recognised:
    """A file that was named itself is taken for a scenario when it is nothing else."""
    if looks_like_template(source.text):
        return Recognised(Kind.TEMPLATE)
    found = _of_json(source) if _is_json(source) else _of_yaml(source.text)
    if found.kind is Kind.NOTHING and named:
        return Recognised(Kind.SCENARIO)
    return found


def _is_json(source: SourceText) -> bool:
    return source.file.endswith(".json") or source.text.lstrip().startswith("{")


def _of_json(source: SourceText) -> Recognised:
    named = api_of_name(PurePath(source.file).stem)
    try:
        tree = json.loads(source.text)
    except (ValueError, RecursionError):
        if named is not None:
            return Recognised(Kind.REQUEST, named)
        return Recognised(Kind.NOTHING, "its name is that of no request, and it is not JSON")
    if not isinstance(tree, dict):
        return Recognised(Kind.NOTHING, "it is JSON, and no object")
    if _holds_resources(tree.get("Resources")):
        return Recognised(Kind.TEMPLATE)
    if isinstance(tree.get("kind"), str) and "apiVersion" not in tree and "version" not in tree:
        return Recognised(Kind.SCENARIO)
    api = named or api_of_members(tree)
    if api is not None:
        return Recognised(Kind.REQUEST, api)
    return Recognised(Kind.NOTHING, "it is no template and no request that is known")


def _holds_resources(found: object) -> bool:
    """Whether these are a template's: names, each with a type such as AWS::Batch::JobQueue."""
    bodies = found.values() if isinstance(found, dict) else ()
    types = [body.get("Type") for body in bodies if isinstance(body, dict)]
    return any(isinstance(each, str) and "::" in each for each in types)


def _of_yaml(text: str) -> Recognised:
    if _ELSEWHERE.search(text):
        return Recognised(Kind.NOTHING, "it is another tool's: it has an `apiVersion`")
    if _KIND.search(text) or _EXTENDS.search(text):
        return Recognised(Kind.SCENARIO)
    if _RESOURCES.search(text):
        return Recognised(Kind.TEMPLATE)
    if not _MAPPING.search(text):
        return Recognised(Kind.SCENARIO)  # broken or empty: reading it says what is wrong
    return Recognised(Kind.NOTHING, "it has neither a `kind` nor `Resources`")
