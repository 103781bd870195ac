"""Templates as CloudFormation reads them: parameters put in, references checked, compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.fake_aws.world import Refusal

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")
# What cannot be changed in place, as far as awsml's templates go: cfn-lint's resource schemas.
_CREATE_ONLY = {
    "AWS::Batch::ComputeEnvironment": {"Tags", "Type"},
    "AWS::Batch::JobQueue": {"JobQueueName", "JobQueueType", "Tags"},
    "AWS::Batch::JobDefinition": {"JobDefinitionName"},
    "AWS::IAM::Role": {"RoleName", "Path"},
    "AWS::Logs::LogGroup": {"LogGroupName"},
}


class _Loader(yaml.SafeLoader):
    """Short forms become long ones."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


@dataclass(frozen=True)
class Template:
    """Resources by logical name: type, properties with parameters put in, what each needs."""

    resources: Mapping[str, Mapping[str, Any]]
    needs: Mapping[str, frozenset[str]]

    def in_order(self) -> list[str]:
        """Each after what it refers to."""
        done: dict[str, None] = {}
        while len(done) < len(self.resources):
            ready = [n for n in self.resources if n not in done and self.needs[n] <= done.keys()]
            if not ready:
                raise _invalid("Circular dependency between resources")
            done |= dict.fromkeys(ready)
        return list(done)


def read(body: str, given: Mapping[str, str]) -> Template:
    """Refused as CloudFormation refuses it: in words, with ValidationError."""
    try:
        tree = yaml.load(body, _Loader)
    except yaml.YAMLError as error:
        raise _invalid(f"Template format error: YAML not well-formed. {error}") from error
    values = _values(tree.get("Parameters", {}), given)
    conditions = tree.get("Conditions", {})
    kept = {
        name: resource
        for name, resource in tree["Resources"].items()
        if _holds(conditions.get(resource.get("Condition")), values)
    }
    resources = {
        name: {"Type": r["Type"], "Properties": _filled(r.get("Properties", {}), values)}
        for name, r in kept.items()
    }
    needs = {name: frozenset(_names(r["Properties"])) for name, r in resources.items()}
    known = tree["Resources"].keys()
    unknown = sorted(set().union(*needs.values()) - known) if needs else []
    if unknown:
        listed = ", ".join(unknown)
        raise _invalid(
            "Template format error: Unresolved resource dependencies "
            f"[{listed}] in the Resources block of the template"
        )
    return Template(resources, {name: found & kept.keys() for name, found in needs.items()})


def details(
    type_: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One a property that differs, down to where it differs."""
    return [
        {
            "Attribute": "Properties",
            "Name": path.split("/")[2],
            "Path": path,
            "BeforeValue": _text(was),
            "AfterValue": _text(will),
            "RequiresRecreation": _recreation(type_, path.split("/")[2]),
        }
        for path, was, will in _differences(before, after, "/Properties")
    ]


def _recreation(type_: str, name: str) -> str:
    return "Always" if name in _CREATE_ONLY.get(type_, ()) else "Never"


def _differences(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{path}/{key}")
    else:
        yield path, before, after


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _values(parameters: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    if extra := [name for name in given if name not in parameters]:
        raise _invalid(f"Parameters: [{', '.join(extra)}] do not exist in the template")
    missing = [n for n, p in parameters.items() if n not in given and "Default" not in p]
    if missing:
        raise _invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: str(given.get(name, p.get("Default"))) for name, p in parameters.items()}


def _holds(condition: Any, values: Mapping[str, str]) -> bool:
    """Fn::Not and Fn::Equals are all that awsml writes."""
    if condition is None:
        return True
    if "Fn::Not" in condition:
        return not _holds(condition["Fn::Not"][0], values)
    first, second = _filled(condition["Fn::Equals"], values)
    return bool(first == second)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """Parameters put in; references to resources stay for `_names`."""
    if isinstance(value, dict):
        if value.keys() == {"Ref"} and value["Ref"] in values:
            return values[value["Ref"]]
        if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            text = _IN_TEXT.sub(lambda m: values.get(m[1], m[0]), value["Fn::Sub"])
            return {"Fn::Sub": text} if _IN_TEXT.search(text) else text
        return {key: _filled(inner, values) for key, inner in value.items()}
    return [_filled(inner, values) for inner in value] if isinstance(value, list) else value


def _names(value: Any) -> Iterator[str]:
    """Logical names that a value refers to."""
    if isinstance(value, list):
        for inner in value:
            yield from _names(inner)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        found = []
        if key == "Ref":
            found = [inner]
        elif key == "Fn::GetAtt":
            found = [inner.split(".")[0] if isinstance(inner, str) else inner[0]]
        elif key == "Fn::Sub" and isinstance(inner, str):
            found = [name.split(".")[0] for name in _IN_TEXT.findall(inner)]
        else:
            yield from _names(inner)
        yield from (name for name in found if not name.startswith("AWS::"))


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)
