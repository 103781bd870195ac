"""CloudFormation templates as values, and as YAML with its short forms (!Ref, !Sub, !GetAtt)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from awsml.plan import Ref, Text
from awsml.trees import mapped


@dataclass(frozen=True, slots=True)
class Short:
    """An intrinsic function in its short form."""

    function: str
    value: Any


# What stands in a template for what a plan knows only when it runs.
_SUBSTITUTES: Mapping[str, str] = {
    "account": "${AWS::AccountId}",
    "region": "${AWS::Region}",
    "default-bucket": "sagemaker-${AWS::Region}-${AWS::AccountId}",
}
_PARAMETERS: Mapping[str, str] = {"code": "CodeUri", "image": "ImageUri", "data:data": "DataUri"}
_PARTITION = re.compile(r"^arn:aws:")


def ref(name: str) -> Short:
    return Short("Ref", name)


def sub(text: str) -> Short:
    return Short("Sub", text)


def attribute(name: str) -> Short:
    return Short("GetAtt", name)


def intrinsic(value: Any) -> Any:
    """A value of a plan in a template's terms."""
    return mapped(value, _intrinsic)


def _intrinsic(leaf: Any) -> Any:
    if isinstance(leaf, Ref):
        name = _PARAMETERS.get(leaf.name)
        return ref(name) if name else sub(_SUBSTITUTES[leaf.name])
    if isinstance(leaf, Text):
        return sub("".join(_part(part) for part in leaf.parts))
    return leaf


def parameters_in(value: Any) -> set[str]:
    """The parameters that stand for uploads and images in a value of a plan."""
    if isinstance(value, Ref):
        return {_PARAMETERS[value.name]} if value.name in _PARAMETERS else set()
    if isinstance(value, list | tuple):
        return set().union(*(parameters_in(item) for item in value))
    if isinstance(value, Mapping):
        return parameters_in(list(value.values()))
    return set()


def pascal(value: Any, kept: frozenset[str]) -> Any:
    """The API's camelCase members as CloudFormation spells them; `kept` hold free keys."""
    if isinstance(value, Mapping):
        return {
            key[0].upper() + key[1:]: item if key in kept else pascal(item, kept)
            for key, item in value.items()
        }
    return [pascal(item, kept) for item in value] if isinstance(value, list | tuple) else value


def yaml_text(template: Mapping[str, Any], comment: str) -> str:
    text = yaml.dump(dict(template), Dumper=_Dumper, sort_keys=False, width=98, allow_unicode=True)
    return "".join(f"# {line}\n" for line in comment.splitlines()) + text


def _part(part: str | Ref) -> str:
    if isinstance(part, Ref):
        return _SUBSTITUTES[part.name]
    return _PARTITION.sub("arn:${AWS::Partition}:", part)


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented below their key, no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _short(dumper: yaml.SafeDumper, short: Short) -> yaml.Node:
    tag = f"!{short.function}"
    if isinstance(short.value, str):
        return dumper.represent_scalar(tag, short.value, style=_style(short.value))
    if isinstance(short.value, Mapping):
        return dumper.represent_mapping(tag, short.value)
    return dumper.represent_sequence(tag, short.value, flow_style=True)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    return "|" if "\n" in text else None


_Dumper.add_representer(Short, _short)
_Dumper.add_representer(str, _text)
