"""S3's XML: answers written, request bodies read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from awsml.storage.errors import ObjectError

_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def element(name: str, *content: str) -> str:
    """An element around others that are written already."""
    return f"<{name}>{''.join(content)}</{name}>"


def text(name: str, value: object) -> str:
    """An element around a text."""
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(shown)}</{name}>"


def document(name: str, *content: str) -> bytes:
    body = f'<{name} xmlns="{_SPACE}">{"".join(content)}</{name}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def error_document(code: str, message: str, resource: str) -> bytes:
    """The body of a refusal; S3 gives it no namespace."""
    fields = text("Code", code) + text("Message", message) + text("Resource", resource)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element("Error", fields)}'.encode()


def timestamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def rows(data: bytes, row: str, *fields: str) -> list[tuple[str, ...]]:
    """The texts of some fields of every `row` element, whatever the namespace."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ObjectError("MalformedXML", f"the body is no XML: {error}") from error
    return [_texts(found, fields) for found in root if _local(found.tag) == row]


def flag(data: bytes, name: str) -> bool:
    """Whether a boolean element directly below the root is true."""
    return any(
        _local(found.tag) == name and (found.text or "").strip() == "true"
        for found in ElementTree.fromstring(data)
    )


def _texts(found: Iterable[ElementTree.Element], fields: Iterable[str]) -> tuple[str, ...]:
    by_name = {_local(child.tag): child.text or "" for child in found}
    missing = [name for name in fields if name not in by_name]
    if missing:
        raise ObjectError("MalformedXML", f"an element lacks {', '.join(missing)}")
    return tuple(by_name[name] for name in fields)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
