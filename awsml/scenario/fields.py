"""Types of scenario fields: quantities with units, counts, money, names, S3 places.

Each takes the text that was written (or a number in the base unit, from Python) and raises a
Problem that says what to type instead. A spec that wants a text as typed uses `Text`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from awsml import units


class Problem(ValueError):
    """What is wrong with a value; `field` is relative to the model whose validator raised it."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        slug: str = "bad-value",
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.slug = slug
        self.field = field


def _quantity(parse: Callable[[str], Any], what: str, example: str) -> Callable[[Any], Any]:
    """A parser of texts that lets numbers through, as quantities in the base unit."""

    def validate(value: Any) -> Any:
        if isinstance(value, str):
            return parse(value)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return value
        raise _not_one(value, what, example)

    return validate


def _not_one(value: Any, what: str, example: str) -> Problem:
    shape = "nothing" if value is None else "a mapping" if isinstance(value, dict) else "a list"
    return Problem(f"{what} is wanted here, and this is {shape}", hint=example, slug="wrong-type")


def _schema(pattern: str, description: str, *examples: str) -> WithJsonSchema:
    schema = {"type": "string", "pattern": pattern, "description": description}
    return WithJsonSchema({**schema, "examples": list(examples)})


_NUMBER = r"\+?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?"


def _pattern(table: Any) -> str:
    names = "|".join(re.escape(name) for name in sorted(table, key=len, reverse=True) if name)
    return rf"^\s*{_NUMBER}\s*({names})\s*$"


def _gib(text: str) -> int:
    """AWS's volume sizes are GiB and called GB, so GB and GiB are the same here."""
    return math.ceil(_binary_bytes(text) / 2**30)


def _mib(text: str) -> int:
    return math.ceil(_binary_bytes(text) / 2**20)


def _binary_bytes(text: str) -> int:
    """Bytes where KB, MB, GB mean KiB, MiB, GiB, as AWS means them for disks and memory."""
    table = {
        u: units.DATA[u if u in ("B",) or "i" in u else u[0].upper() + "iB"] for u in units.DATA
    }
    return int(units.parse_quantity(text, table, "size", "100 GB"))


def _count(text: str) -> int:
    number = units.parse_count(text)
    if number != int(number):
        raise Problem(
            f"`{text}` is no whole number", hint=f"write `{round(number)}`", slug="wrong-type"
        )
    return int(number)


def _text(value: Any) -> Any:
    if isinstance(value, bool | int | float | Decimal):
        return str(value)
    if value is None:
        raise Problem("no value is given", hint='write `""` for an empty text', slug="wrong-type")
    if not isinstance(value, str):
        raise _not_one(value, "a single value", "put it on one line, in quotes")
    return value


_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_S3 = re.compile(rf"s3://{_BUCKET.pattern}(/.*)?", re.DOTALL)
_OTHER_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/+(.*)", re.DOTALL)


def _s3_uri(value: Any) -> Any:
    if not isinstance(value, str) or _S3.fullmatch(value):
        return value
    match = _OTHER_SCHEME.fullmatch(value)
    rest = match[2] if match and match[1].lower() in ("s3", "s3a", "s3n") else ""
    bucket, slash, key = rest.partition("/")
    if not rest or _BUCKET.fullmatch(bucket):
        raise Problem(f"`{value}` is no S3 URI", hint=f"write `s3://{rest or 'bucket/prefix/'}`")
    better = re.sub(r"[^a-z0-9.-]+", "-", bucket.lower()).strip("-.")
    better = better if _BUCKET.fullmatch(better) else "bucket"
    raise Problem(
        f"`{bucket}` in `{value}` is no bucket name: 3 to 63 small letters, digits, dots, hyphens",
        hint=f"write `s3://{better}{slash}{key}`",
    )


def _location(value: Any) -> Any:
    if isinstance(value, str) and _OTHER_SCHEME.fullmatch(value):
        return _s3_uri(value)
    if value == "":
        raise Problem("an empty text is no place", hint="write `s3://bucket/prefix/` or `./folder`")
    return value


_NAME = re.compile(r"[A-Za-z0-9](?:-*[A-Za-z0-9]){0,62}")


def _name(value: Any) -> Any:
    if not isinstance(value, str) or (len(value) <= 63 and _NAME.fullmatch(value)):
        return value
    better = re.sub(r"[^A-Za-z0-9]+", "-", value).strip("-")[:63].rstrip("-") or "my-job"
    reason = "longer than 63 characters" if len(value) > 63 else "not letters, digits and hyphens"
    raise Problem(f"`{value[:80]}` is {reason}", hint=f"write `{better}`", slug="bad-name")


_NOT_NEGATIVE = Field(ge=0)

Duration = Annotated[
    float,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(units.parse_duration, "a duration", "write it like `15m`")),
    _schema(
        r"^\s*(\d+(\.\d+)?\s*(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\s*)+$",
        "A duration.", "15m", "24h", "1h30m",
    ),
]  # fmt: skip
"""Seconds, from `15m`, `24h`, `1h30m`."""


def _apart(seconds: float) -> float:
    if seconds < 1:
        raise Problem("less than a second apart", hint="write it like `15m`", slug="out-of-range")
    return seconds


Latency = Annotated[
    float,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(units.parse_latency, "a latency", "write it like `100 ms`")),
    _schema(
        r"^\s*(\d+(\.\d+)?\s*(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\s*)+$",
        "A latency.", "100 ms", "1.5 s",
    ),
]  # fmt: skip
"""Seconds, from `100 ms`, `1.5 s`."""

Interval = Annotated[Duration, AfterValidator(_apart)]
"""Seconds between two things that come again and again."""

Size = Annotated[
    int,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(units.parse_bytes, "a size", "write it like `54 GB`")),
    _schema(_pattern(units.DATA), "A size of data; KB, MB, GB are decimal.", "400 KB", "54 GB"),
]
"""Bytes; decimal units unless they are written KiB, MiB, GiB."""

VolumeGib = Annotated[
    int,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(_gib, "a disk size", "write it like `100 GB`")),
    _schema(_pattern(units.DATA), "A disk size in AWS's GB (GiB).", "100 GB", "1 TB"),
]
"""AWS's own GB: `100 GB` is 100."""

MemoryMib = Annotated[
    int,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(_mib, "an amount of memory", "write it like `8 GB`")),
    _schema(_pattern(units.DATA), "Memory in AWS's units (MiB, GiB).", "512 MB", "56 GB"),
]
"""AWS's own MiB: `8 GB` is 8192."""

Bandwidth = Annotated[
    float,
    _NOT_NEGATIVE,
    BeforeValidator(
        _quantity(units.parse_bits_per_second, "a bandwidth", "write it like `25 Gbps`")
    ),
    _schema(_pattern(units.BANDWIDTH), "A bandwidth.", "25 Gbps", "250 MB/s"),
]
"""Bits per second."""

Usd = Annotated[
    Decimal,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(units.parse_usd, "an amount of money", "write it like `50 USD`")),
    _schema(rf"^\s*(\$\s*{_NUMBER}|{_NUMBER}\s*(USD|\$))\s*$", "Money.", "50 USD", "$2.50"),
]
"""US dollars."""

Share = Annotated[
    float,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(units.parse_share, "a share", "write it like `12%`")),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*%?\s*$"},
                {"type": "number"},
            ],
            "description": "A share of one: `12%` and `0.12` are the same.",
            "examples": ["12%"],
        }
    ),
]
"""A share of one: `12%` and `0.12` are the same."""

Count = Annotated[
    int,
    _NOT_NEGATIVE,
    BeforeValidator(_quantity(_count, "a whole number", "write it like `1.2M`")),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "number", "multipleOf": 1},
                {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*[kKMBGT]?\s*$"},
            ],
            "description": "A whole number; k, M, B, T are thousands, millions, and so on.",
            "examples": ["1.2M"],
        }
    ),
]
"""A whole number, from `1200000`, `1.2M`, `50k`."""

# Far above anything real, and low enough that products of several stay finite.
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
"""A finite number, such as `1e-3`."""

Text = Annotated[str, BeforeValidator(_text)]
"""The text as it was written: `2.10` stays `2.10`."""

S3Uri = Annotated[
    str,
    BeforeValidator(_s3_uri),
    _schema(r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$", "An S3 URI.", "s3://bucket/prefix/"),
]
"""A place in S3."""

Location = Annotated[str, BeforeValidator(_location)]
"""A place in S3, or a path on this machine, relative to the file it is written in."""

Name = Annotated[
    str,
    BeforeValidator(_name),
    _schema(r"^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$", "Letters, digits and hyphens.", "resnet50"),
]
"""A name that AWS takes: letters, digits and hyphens, at most 63."""
