"""The entries of `evaluateOnExit`, as AWS Batch reads them."""

from __future__ import annotations

from awsml.rules.rule import Part


def entries_of(retry: Part) -> list[dict[str, str]]:
    """Each entry as text; one that is not known stops the rule."""
    return [
        {name: part.text for name, part in entry.entries if part.text is not None}
        for entry in retry["evaluateOnExit"].items
    ]
