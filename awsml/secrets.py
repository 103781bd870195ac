"""Tells secrets by the form of a value, and by the name that it has, and hides them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from awsml.trees import mapped

# Compiled when a text is long enough for one: that takes as long as checking two templates.
_FORMS = (
    (r"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "an access key of AWS"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    (r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{40,}", "a token of GitHub"),
    (r"\bhf_[A-Za-z0-9]{30,}\b", "a token of Hugging Face"),
    (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "a token of Slack"),
    (r"\bsk-[A-Za-z0-9_-]{20,}", "an API key"),
    (r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", "a signed token"),
    (r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]{3,}@", "an address with a password"),
)
_SHORTEST = 8
_NAMED = (
    r"(?i)(^|[_.-])(password|passwd|secret|secret_?(access_?)?key|api_?key|access_?token|auth_?token"
    r"|private_?key|token)$"
)
HIDDEN = "‹secret›"
# The rule whose findings point at one.
FINDING = "secret-in-plain-text"
# A name and its value as YAML, JSON and assignments write them.
_PAIR = r"""(?P<name>[\w.-]+)["']?\s*[:=]\s*(?P<value>"[^"]*"|'[^']*'|[^\s,}\]"']+)"""
_REFERENCE = r"^(arn:|s3://|https?://|/|\$|\{\{|<|ssm:|Ref::)"


def secret_kind(name: str, value: str) -> str | None:
    """What kind of secret a value is, or None when it looks harmless."""
    text = value.strip().strip("\"'")
    if len(text) < _SHORTEST:
        return None
    for form, kind in _FORMS:
        if re.search(form, text):
            return kind
    if re.search(_NAMED, name) and not re.match(_REFERENCE, text) and _random(text):
        return "a secret"
    return None


def _random(text: str) -> bool:
    """Mixed enough to be no word, number or special token such as [PAD]."""
    if re.search(r"[\s\[\]<>|]", text):
        return False
    kinds = [any(map(test, text)) for test in (str.isdigit, str.isalpha)]
    return all(kinds) or len(set(text)) >= 12


def masked(line: str) -> str:
    """A line of source with dots in place of what looks like a secret; as long as it was."""
    for form, _ in _FORMS:
        line = re.sub(form, lambda match: dots(match[0]), line)
    return re.sub(_PAIR, _masked_value, line)


def dots(text: str) -> str:
    return "•" * len(text)


def _masked_value(pair: re.Match[str]) -> str:
    secret = secret_kind(pair["name"], pair["value"]) is not None
    return pair[0][: pair.start("value") - pair.start()] + (
        dots(pair["value"]) if secret else pair["value"]
    )


def secrets_of(value: Any) -> frozenset[str]:
    """The texts in a request's parameters that look like secrets."""
    return frozenset(_secrets(value, ""))


def _secrets(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, str):
        if secret_kind(name, value) is not None:
            yield value
    elif isinstance(value, Mapping):
        named = value.get("name")  # Batch lists variables as {name, value}
        for key, inner in value.items():
            pair = key == "value" and isinstance(named, str)
            yield from _secrets(inner, str(named) if pair else str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secrets(inner, name)


def without(text: str, secrets: frozenset[str]) -> str:
    """A text, such as a template, with a mark in place of each secret."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def hidden(value: Any, secrets: frozenset[str]) -> Any:
    """The same with a mark in place of each secret."""
    return mapped(value, lambda leaf: HIDDEN if isinstance(leaf, str) and leaf in secrets else leaf)
