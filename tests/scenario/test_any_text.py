"""Whatever a file holds: documents and findings, or one error, soon, and never a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from awsml.errors import UsageError
from awsml.finding import Finding
from awsml.render.findings import findings_text
from awsml.scenario.loader import load
from awsml.scenario.suppression import suppress
from awsml.scenario.validation import validate
from tests.scenario.model import Small

_PIECES = st.sampled_from(
    [
        *(
            "kind: small",
            "name",
            "limits",
            "inputs",
            "compute",
            "extends",
            "<<",
            "steps",
            "workers",
        ),
        *(": ", ":\n", "\n", "\n  ", "\n    ", "\n- ", "  - ", ", ", "{", "}", "[", "]", "\t"),
        *(
            "&a ",
            "*a",
            "&b ",
            "*b",
            "!!str ",
            "!Ref ",
            "|\n",
            ">\n",
            '"',
            "'",
            "# ",
            "---\n",
            "...",
        ),
        *("${env:A}", "${env:", "${env:A:-x}", "# awsml: ignore[bad-name] why", "null", "~"),
        *("12:30", "1e-3", "012", "on", "한글", "\u2028", "\x85", "\x00", "\ufeff", "\r", "é" * 40),
    ]
)
_YAML_LIKE = st.lists(_PIECES, max_size=40).map("".join)


def everything_about(data: bytes | str) -> list[Finding] | UsageError:
    """What a command would do with the text, as far as the language goes."""
    try:
        loaded = load("any.yaml", text=data, environ={"A": "1"})
    except UsageError as error:
        assert error.hint
        assert error.where is not None
        return error
    found = list(loaded.findings)
    for document in loaded.documents:
        found += validate(document, Small)[1]
        for name in document.root.entries:
            assert document.place(name).line >= 1
    kept = suppress(loaded.documents, found).findings
    for document in loaded.documents:
        assert findings_text(kept, document.source_line, width=60) or not kept
    return kept


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b"a: \xc3")
@example(b"a: \xed\xa0\x80")
def test_any_bytes_are_findings_or_an_error(data: bytes) -> None:
    everything_about(data)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(_YAML_LIKE)
@example("kind: small\n<<: {kind: small}")
@example("kind: small\n<<: *a")
@example("extends: any.yaml")
@example("'': {'': ''}")
@example("kind: small\nname: \ud800")
@example("kind: small\nrate: .nan\nshare: nan")
@example("kind: small\nlimits: {runtime: 1e999999999 s, cost: 1e99999999 USD}")
@example("kind: small\ncompute: {instance: a, count: " + "9" * 5000 + "}")
@example("kind: small\nworkers: 1e9999999999999999999")
def test_anything_like_yaml_is_findings_or_an_error(text: str) -> None:
    everything_about(text)


def _bomb(levels: int = 9, width: int = 9) -> str:
    lines = ["a0: &a0 [x, x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return "\n".join(lines)


_HEAVY = {
    "an alias bomb": (_bomb(), "too-many-aliases"),
    "a bomb of merges": (
        "a0: &a0 {k: 1}\n"
        + "\n".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12)),
        "too-many-aliases",
    ),
    "a hundred thousand brackets": ("[" * 100_000, "too-deep"),
    "closed brackets": ("a: " + "[" * 200 + "]" * 200, "too-deep"),
    "deep mappings": ("".join(f"{' ' * i}a:\n" for i in range(150)), "too-deep"),
    "depth by aliases": (
        "\n".join(
            ["a0: &a0 [x]", *(f"a{i}: &a{i} [[[[[[[[[[*a{i - 1}]]]]]]]]]]" for i in range(1, 12))]
        ),
        "too-deep",
    ),
    "many values": ("kind: small\nsteps: [" + "1," * 200_000 + "]", "too-many-values"),
    "many documents": ("---\na: 1\n" * 60_000, "too-many-values"),
    "a hundred megabytes": ("kind: small\nname: " + "a" * 100_000_000, "file-too-large"),
}


@pytest.mark.parametrize("name", _HEAVY)
def test_a_heavy_file_is_one_error_at_once(name: str) -> None:
    text, slug = _HEAVY[name]
    started = time.process_time()
    error = everything_about(text)
    assert isinstance(error, UsageError)
    assert error.slug == slug
    assert time.process_time() - started < 3


def test_a_file_without_an_end_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(UsageError) as raised:
        load("/dev/zero", environ={})
    assert raised.value.slug == "file-too-large"


@pytest.mark.parametrize("path", ["nowhere.yaml", ".", "a\0b.yaml", "x" * 5000])
def test_a_file_that_cannot_be_read_is_one_error(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as raised:
        load(path, environ={})
    assert raised.value.slug == "unreadable-file"
    assert raised.value.hint


def test_a_file_of_another_encoding_names_the_byte_and_the_way_out() -> None:
    with pytest.raises(UsageError) as raised:
        load("a.yaml", text="kind: small\nname: é\n".encode("latin-1"), environ={})
    error = raised.value
    assert (error.slug, error.where and (error.where.line, error.where.column)) == (
        "not-utf-8",
        (2, 7),
    )
    assert "iconv -f LATIN1" in str(error.hint)
    with pytest.raises(UsageError, match="0xff is not UTF-8") as raised:
        load("a.yaml", text="kind: small".encode("utf-16"), environ={})
    assert "iconv -f UTF-16" in str(raised.value.hint)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    loaded = load("a.yaml", text=b"\xef\xbb\xbfkind: small\n", environ={})
    assert loaded.documents[0].kind == "small"
    assert loaded.documents[0].place("kind").column == 7
