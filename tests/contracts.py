"""Checks JSON that a command printed against the contracts that ship with the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator


@cache
def validator(contract: str) -> Draft202012Validator:
    schema = json.loads((files("awsml") / "contracts.schema.json").read_text(encoding="utf-8"))
    assert contract in schema["$defs"], f"no contract is called {contract}"
    return Draft202012Validator({"$ref": f"#/$defs/{contract}", "$defs": schema["$defs"]})


def check(contract: str, value: Any) -> None:
    """Fail with every breach of a contract, each with its path."""
    breaches = [f"{e.json_path}: {e.message}" for e in validator(contract).iter_errors(value)]
    assert not breaches, "\n".join(breaches)


def check_text(contract: str, text: str) -> Any:
    """The JSON that a command printed, checked."""
    value = json.loads(text)
    check(contract, value)
    return value
