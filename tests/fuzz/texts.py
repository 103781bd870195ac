"""Texts to read: real ones changed in a few places, trees of odd values, and plain noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent.parent

NUMBERS = (
    *("0", "-1", "-0", "1e999", "-1e999", "1e308", "1e-999", "NaN", "nan", "inf", "-Infinity"),
    *(
        "9" * 5000,
        "0x10",
        "0o7",
        "1_000",
        "٣",
        "²",
        "½",
        "1.2.3",
        ".",
        "+",
        "1e",
        "0.1" + "0" * 400,
    ),
    *("2147483648", "9223372036854775808", "1" + "0" * 30, "1:30:00", "007"),
)
UNITS = (
    *("1 PB", "-5m", "1e400 GB", "10 gb", "5 GBps", "25 Gbps", "0s", "nan h", "1h30m", "99999999d"),
    *("-50 USD", "$$5", "5%", "-3%", "1e5%", "inf%", "400 KB", "4 kb"),
)
SPECIAL = (
    *(
        "\0",
        "\ufeff",
        "\ud800",
        "\udfff",
        "\x1b[2J",
        "\x07",
        "\r",
        "\x85",
        "\u2028",
        "\u202e",
        "\x0b",
    ),
    *(
        "&a ",
        "*a",
        "<<: ",
        "!!python/object/apply:os.system ",
        "!!binary ",
        "!Ref ",
        "? ",
        "|\n",
        ">-\n",
    ),
    *(
        "${env:A}",
        "${env:",
        "${!x}",
        "{{resolve:x}}",
        "---\n",
        "...\n",
        "\t",
        "# ",
        ": ",
        "- ",
        "[]",
    ),
    *(
        "{}",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "'",
        "\\",
        "\\u0000",
        "\\ud800",
        "\\x",
        "null",
        "~",
        "true",
    ),
    *(
        "../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "s3://",
        "s3:///",
        "s3://a/../b",
        "://",
    ),
    *(
        "<script>alert(1)</script>",
        "`id`",
        "$(id)",
        "; id",
        "--flag",
        "%s%n",
        "\n",
        "\n\n  ",
        "한글",
    ),
    *("[" * 300, "{" * 300, '{"a":' * 200, "- " * 200, "a: {" * 150, "(" * 200),
    *("x" * 20_000, "X " * 5_000, '"' * 999, "\n" * 2_000, "," * 5_000),
)
ODD = st.one_of(
    st.sampled_from((*SPECIAL, *NUMBERS, *UNITS)),
    st.text(max_size=8),
)


def examples(*patterns: str, most: int = 12_000) -> list[str]:
    """The texts of the repository's own files, without the long ones."""
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    texts = [path.read_text(encoding="utf-8") for path in found if path.stat().st_size <= most]
    assert texts, f"no file is like {patterns}"
    return texts


@st.composite
def mutated(draw: st.DrawFn, originals: Sequence[str], words: Sequence[str] = ()) -> str:
    """One of the originals with up to five changes; `words` belong to its language."""
    text = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 5))):
        text = _changed(draw, text, originals, words)
    return text


def _changed(draw: st.DrawFn, text: str, originals: Sequence[str], words: Sequence[str]) -> str:
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 40)))
    match draw(st.integers(0, 7)):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:start]
        case 2:
            return text[:end] + text[start:]
        case 3:
            other = draw(st.sampled_from(originals))
            return text[:start] + other[draw(st.integers(0, len(other))) :]
        case 4 if words:
            return text[:start] + draw(st.sampled_from(words)) + text[end:]
        case 5:
            return _with_value(draw, text)
        case 6:
            return _with_lines_swapped(draw, text)
    return text[:start] + draw(ODD) + text[end:]


def _with_value(draw: st.DrawFn, text: str) -> str:
    """What stands behind a colon, comma or equals sign, replaced."""
    lines = text.split("\n")
    number = draw(st.integers(0, len(lines) - 1))
    for separator in (": ", "=", ",", " "):
        head, found, _ = lines[number].partition(separator)
        if found:
            lines[number] = head + separator + draw(ODD)
            break
    return "\n".join(lines)


def _with_lines_swapped(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def trees(keys: Sequence[str] = (), leaves: int = 20) -> st.SearchStrategy[object]:
    """JSON trees whose keys are often those that a reader looks for."""
    names = st.one_of(st.sampled_from([*keys, "a", ""]), st.text(max_size=5))
    odd = st.sampled_from((*NUMBERS, *UNITS, *SPECIAL))
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), odd
    )
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)
        ),
        max_leaves=leaves,
    )


def as_bytes(text: str) -> bytes:
    """A file may hold what is no text: surrogates become the bytes that UTF-8 forbids."""
    return text.encode("utf-8", "surrogatepass")
