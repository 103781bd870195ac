"""Which API a request is for, when only a file's name or its members can tell."""

from __future__ import annotations

from collections.abc import Collection

from awsml.requests.table import known_apis, load_table

_FIRST = ("Create", "Register", "Submit", "Put")  # before Update, which takes the same members


def api_of_name(stem: str) -> str | None:
    """The API whose operation a file is named after: create-training-job, CreateModel.prod."""
    name = _folded(stem)
    named = [api for api in known_apis() if _folded(api.partition(":")[2]) in name]
    return max(named, key=len, default=None)


def api_of_members(members: Collection[str]) -> str | None:
    """The one API that takes these members; a single one that it does not know is a mistake."""
    found: list[tuple[int, bool, str]] = []
    for api in known_apis():
        table = load_table(api)
        assert table is not None
        shape = table.shapes[table.input]
        known = sum(member in shape.members for member in members)
        wanted = all(name in members for name in shape.required)
        if known >= 2 and wanted and len(members) - known <= 1:
            first = api.partition(":")[2].startswith(_FIRST)
            found.append((known, first, api))
    return max(found)[2] if found else None


def _folded(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
