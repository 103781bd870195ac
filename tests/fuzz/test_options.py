"""Numbers of the command line that no option can mean: zero, below zero, none, huge, misspelt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import CommandLine

_NONSENSE = ("-1", "0", "nan", "inf", "-inf", "1e999", "9" * 5000, "abc", "")
_QUANTITIES = (*_NONSENSE, "-1Gbps", "0 GB", "0 Gbps", "-5m", "0s", "5 parsec", "1e400 GB")
_OPTIONS = {
    "catalog find --network": _QUANTITIES,
    "catalog find --memory": _QUANTITIES,
    "catalog find --gpu-memory": _QUANTITIES,
    "catalog find --max-price": ("-1", "nan", "inf", "abc"),
    "catalog find --gpus": _NONSENSE,
    "logs --since": _QUANTITIES,
    "train --dry-run --interrupt": ("abc", "nan", "-5m", "0%", "100%", "seed:" + "9" * 5000, ""),
    "plan --max-cost": ("", "-5", "nan", "9" * 5000, "5 GB"),
    "cluster fit --network": _QUANTITIES,
    "cluster fit --parameters": ("0", "-1", "nan", "1e999", "abc"),
    "endpoint bench --url http://127.0.0.1:9/ --seconds": ("0", "-1", "nan", "inf", "9999"),
    "endpoint bench --url http://127.0.0.1:9/ --rate": ("0", "-1", "nan", "inf", "1,x"),
    "endpoint bench --url http://127.0.0.1:9/ --payload": ("-5 KB", "1 PB", "5 parsec"),
    "endpoint bench --url": ("http://[", "http://127.0.0.1:99999/", "http://example.com/", "abc"),
    "endpoint idle --older-than": ("0d", "-1d", "99999999999 d", "nan"),
    "data pack in out --shard-size": ("0", "-5 MB", "nan", "1e400 GB", "5m"),
    "data ls s3://bucket/ --endpoint-url": ("abc", "http://["),
    "data probe s3://bucket/ --endpoint-url": ("abc",),
}
_KINDS = {"train": "training", "plan": "training", "cluster": "cluster", "endpoint": "endpoint"}


@pytest.mark.parametrize("words", _OPTIONS)
def test_a_number_without_sense_is_one_error(
    awsml: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    kind = _KINDS.get(words.split()[0])
    if kind is not None:
        assert awsml("init", kind).code == 0
    for value in _OPTIONS[words]:
        ran = awsml(*words.split(), value)
        assert ran.code in (1, 2, 3), (value, ran)
        assert "error[" in ran.out + ran.err and "Traceback" not in ran.err, (value, ran)
