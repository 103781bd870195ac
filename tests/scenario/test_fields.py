"""Types of fields: what each takes, as what, and what it says of anything else."""

from __future__ import annotations

import types
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from awsml.scenario import fields


def read(field: Any, value: Any) -> Any:
    return TypeAdapter(field).validate_python(value)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (fields.Duration, "15m", 900.0),
        (fields.Duration, "1h30m", 5400.0),
        (fields.Duration, "100ms", 0.1),
        (fields.Duration, 60, 60.0),
        (fields.Size, "54 GB", 54 * 10**9),
        (fields.Size, "1 GiB", 2**30),
        (fields.VolumeGib, "100 GB", 100),
        (fields.VolumeGib, "100GiB", 100),
        (fields.VolumeGib, "1 TB", 1024),
        (fields.VolumeGib, "500 MB", 1),
        (fields.MemoryMib, "8 GB", 8192),
        (fields.MemoryMib, "512 MiB", 512),
        (fields.Bandwidth, "25 Gbps", 25e9),
        (fields.Bandwidth, "250 MB/s", 2e9),
        (fields.Usd, "50 USD", Decimal(50)),
        (fields.Usd, "$2.50", Decimal("2.50")),
        (fields.Share, "12%", 0.12),
        (fields.Share, "0.12", 0.12),
        (fields.Count, "1.2M", 1_200_000),
        (fields.Count, "10_000", 10_000),
        (fields.Number, "1e-3", 0.001),
        (fields.Text, "2.10", "2.10"),
        (fields.Text, 2, "2"),
        (fields.S3Uri, "s3://a-b.c/d e", "s3://a-b.c/d e"),
        (fields.Location, "../data", "../data"),
        (fields.Location, "s3://abc/x", "s3://abc/x"),
        (fields.Name, "resnet-50", "resnet-50"),
    ],
)
def test_a_field_reads(field: Any, text: Any, value: Any) -> None:
    found = read(field, text)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "hint"),
    [
        (fields.Duration, "90", "write `90 s`, or another unit"),
        (fields.Duration, "3 weeks", "write it like `15m`"),
        (fields.Duration, None, "write it like `15m`"),
        (fields.Duration, ["1h"], "write it like `15m`"),
        (fields.Size, "5 gb", "write `5 GB`"),
        (fields.VolumeGib, "100", "write `100 GB`"),
        (fields.Usd, "5 EUR", "write it like `50 USD`"),
        (fields.Count, "1.5", "write `2`"),
        (fields.Count, "many", "write it like `1.2M`"),
        (fields.Text, None, 'write `""` for an empty text'),
        (fields.Text, {"a": 1}, "put it on one line, in quotes"),
        (fields.S3Uri, "S3://bucket/x", "write `s3://bucket/x`"),
        (fields.S3Uri, "s3:/bucket/x", "write `s3://bucket/x`"),
        (fields.S3Uri, "s3://My_Bucket/x", "write `s3://my-bucket/x`"),
        (fields.S3Uri, "bucket/x", "write `s3://bucket/prefix/`"),
        (fields.S3Uri, "https://bucket/x", "write `s3://bucket/prefix/`"),
        (fields.Location, "s3a://bucket/x", "write `s3://bucket/x`"),
        (fields.Location, "", "write `s3://bucket/prefix/` or `./folder`"),
        (fields.Name, "my_job", "write `my-job`"),
        (fields.Name, "-a-", "write `a`"),
        (fields.Name, "é", "write `my-job`"),
        (fields.Name, "a" * 64, f"write `{'a' * 63}`"),
        (fields.Name, "a" + "--b" * 30, "write `a-b-b"),
    ],
)
def test_a_field_refuses_and_says_what_to_type(field: Any, text: Any, hint: str) -> None:
    with pytest.raises(ValidationError) as raised:
        read(field, text)
    (error,) = raised.value.errors()
    assert error["ctx"]["error"].hint.startswith(hint)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (fields.Duration, "-5m"),
        (fields.Size, "-1 GB"),
        (fields.VolumeGib, "-1 GB"),
        (fields.Usd, "-5 USD"),
        (fields.Count, "-3"),
        (fields.Share, "-1%"),
        (fields.Bandwidth, "-1 Gbps"),
    ],
)
def test_a_quantity_is_not_negative(field: Any, text: str) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        read(field, text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", ".nan"])
def test_a_number_is_finite(text: str) -> None:
    with pytest.raises(ValidationError):
        read(fields.Number, text)


def _types() -> list[Any]:
    return [
        pytest.param(value, id=name)
        for name, value in vars(fields).items()
        if name[:1].isupper() and hasattr(value, "__metadata__")
    ]


@pytest.mark.parametrize("field", _types())
@given(text=st.text(max_size=30))
def test_any_text_is_a_value_or_a_complaint(field: Any, text: str) -> None:
    try:
        read(field, text)
    except ValidationError as error:
        assert error.error_count() >= 1


def test_every_type_of_field_is_tried() -> None:
    assert len(_types()) >= 12
    assert isinstance(fields, types.ModuleType)
