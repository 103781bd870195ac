"""Quantities as people write them (15m, 400 KB, 25 Gbps, 50 USD), to numbers and back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal

DURATION: Mapping[str, Decimal] = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "sec": Decimal(1),
    "second": Decimal(1),
    "seconds": Decimal(1),
    "m": Decimal(60),
    "min": Decimal(60),
    "minute": Decimal(60),
    "minutes": Decimal(60),
    "h": Decimal(3600),
    "hour": Decimal(3600),
    "hours": Decimal(3600),
    "d": Decimal(86400),
    "day": Decimal(86400),
    "days": Decimal(86400),
}
DATA: Mapping[str, Decimal] = {
    "B": Decimal(1),
    "KB": Decimal(10) ** 3,
    "kB": Decimal(10) ** 3,
    "MB": Decimal(10) ** 6,
    "GB": Decimal(10) ** 9,
    "TB": Decimal(10) ** 12,
    "PB": Decimal(10) ** 15,
    "KiB": Decimal(2) ** 10,
    "MiB": Decimal(2) ** 20,
    "GiB": Decimal(2) ** 30,
    "TiB": Decimal(2) ** 40,
    "PiB": Decimal(2) ** 50,
}
BANDWIDTH: Mapping[str, Decimal] = {
    "bps": Decimal(1),
    "Kbps": Decimal(10) ** 3,
    "Mbps": Decimal(10) ** 6,
    "Gbps": Decimal(10) ** 9,
    "Tbps": Decimal(10) ** 12,
    "MB/s": Decimal(8) * Decimal(10) ** 6,
    "MiB/s": Decimal(8) * Decimal(2) ** 20,
    "GB/s": Decimal(8) * Decimal(10) ** 9,
    "GiB/s": Decimal(8) * Decimal(2) ** 30,
}
MONEY: Mapping[str, Decimal] = {"USD": Decimal(1), "$": Decimal(1)}
COUNT: Mapping[str, Decimal] = {
    "": Decimal(1),
    "k": Decimal(10) ** 3,
    "K": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "B": Decimal(10) ** 9,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
}
SHARE: Mapping[str, Decimal] = {"%": Decimal("0.01"), "": Decimal(1)}

_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*(\$?)\s*({_NUMBER})\s*([A-Za-z/%$]*)\s*")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[a-zA-Z]+)\s*")
_LARGEST = Decimal(10) ** 24

HOURS_PER_MONTH = 730.0  # AWS's own convention for monthly figures


class QuantityError(ValueError):
    """A text that is no quantity of the wanted kind; `hint` can be typed as it stands."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parse_quantity(
    text: str, units: Mapping[str, Decimal], what: str, example: str, alone: str | None = None
) -> Decimal:
    """The number in base units. A bare number is refused unless the table allows none; `alone` is
    the unit that it most probably has, where that is not the example's."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise QuantityError(f"`{text}` is no {what}", f"write it like `{example}`")
    sign, number, unit = match.groups()
    unit = unit or sign
    if unit not in units:
        raise QuantityError(
            _unit_complaint(text, unit, what), _unit_hint(number, unit, units, example, alone)
        )
    try:
        value = Decimal(number.replace("_", "")) * units[unit]
    except ArithmeticError as error:  # an exponent beyond what Decimal holds
        raise QuantityError(f"`{text}` is no {what}", f"write it like `{example}`") from error
    if not abs(value) < _LARGEST:
        raise QuantityError(f"`{text}` is too large", f"write it like `{example}`")
    return value


def parse_duration(text: str, alone: str = "s") -> float:
    """Seconds; also compound texts such as 1h30m. A number `alone` is refused, and is taken to
    mean this unit: AWS counts limits in seconds, and people latencies in milliseconds."""
    stripped = text.strip()
    if not re.fullmatch(rf"(?:{_DURATION_PART.pattern})+", stripped) or len(stripped) > 64:
        return float(parse_quantity(text, DURATION, "duration", "15m", alone))
    parts = _DURATION_PART.findall(stripped)
    return float(sum(parse_quantity(n + u, DURATION, "duration", "15m") for n, u in parts))


def parse_latency(text: str) -> float:
    return parse_duration(text, "ms")


def parse_bytes(text: str) -> int:
    return int(parse_quantity(text, DATA, "size", "400 KB"))


def parse_bits_per_second(text: str) -> float:
    return float(parse_quantity(text, BANDWIDTH, "bandwidth", "25 Gbps"))


def parse_usd(text: str) -> Decimal:
    return parse_quantity(text, MONEY, "amount of money", "50 USD")


def parse_count(text: str) -> float:
    return float(parse_quantity(text, COUNT, "count", "1.2M"))


def parse_share(text: str) -> float:
    """A share of one: `12%` and `0.12` are the same."""
    return float(parse_quantity(text, SHARE, "share", "12%"))


def format_duration(seconds: float) -> str:
    """About two parts: 1.3 s, 11m 30s, 2h 5m, 3d 4h."""
    if math.isinf(seconds):
        return "without end"
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds else "0 s"
    if seconds < 60:
        return f"{seconds:.3g} s"
    whole = round(seconds)
    for size, unit, below, below_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "m")):
        if whole >= size:
            rest = (whole % size) // below
            return f"{whole // size}{unit} {rest}{below_unit}" if rest else f"{whole // size}{unit}"
    return f"{whole // 60}m {whole % 60}s" if whole % 60 else f"{whole // 60}m"


def exact_duration(seconds: float) -> str:
    """As it is typed in a scenario, and nothing rounded away: 900 is 15m, 5400 is 90m."""
    for unit in ("d", "h", "m"):
        size = float(DURATION[unit])
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.12g}s" if seconds >= 1 else f"{seconds * 1000:.12g}ms"


def round_duration(seconds: float) -> str:
    """A limit to type that is no less: whole minutes, fives of them from ten on, then hours."""
    minutes = seconds / 60
    if minutes > 120:
        return f"{math.ceil(minutes / 60)}h"
    return f"{math.ceil(minutes / 5) * 5 if minutes > 10 else max(1, math.ceil(minutes))}m"


def format_bytes(count: float) -> str:
    """Decimal units: 54 GB, 1.08 GB, 400 KB."""
    for unit in ("PB", "TB", "GB", "MB", "KB"):
        size = float(DATA[unit])
        if abs(count) >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"


def exact_bytes(count: float) -> str:
    """As it is typed in a scenario, and nothing rounded away: 48 GB, 1500 MB."""
    for unit in ("PB", "TB", "GB", "MB", "KB"):
        if count and count % float(DATA[unit]) == 0:
            return f"{count / float(DATA[unit]):.0f} {unit}"
    return f"{count:.0f} B"


def format_usd(amount: float) -> str:
    """Cents where cents matter, thousands separated."""
    if amount < 0:
        return f"-{format_usd(-amount)}"
    if amount and abs(amount) < 0.01:
        return f"${Decimal(f'{amount:.2g}'):f}"  # never 3.5e-05
    return f"${amount:,.2f}" if abs(amount) < 10_000 else f"${amount:,.0f}"


def format_count(number: float) -> str:
    for size, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(number) >= size:
            return f"{number / size:.4g}{unit}"
    whole = number == int(number) or abs(number) >= 10_000
    return f"{number:,.0f}" if whole else f"{number:.4g}"


def counted(number: float, one: str, many: str | None = None) -> str:
    """A number with its noun: 1 file, 12,000 files, 1.5 GPUs; `many` where an s is not enough."""
    shown = f"{number:,}" if isinstance(number, int) else format_count(number)
    return f"{shown} {one if number == 1 else many or one + 's'}"


def format_rate(number: float) -> str:
    """Three significant digits: 27.4, 3,630, 1.2M."""
    return format_count(float(f"{number:.3g}"))


def _unit_complaint(text: str, unit: str, what: str) -> str:
    article = "an" if what[0] in "aeiou" else "a"
    return f"`{text}` has no unit" if not unit else f"`{unit}` is no unit of {article} {what}"


def _unit_hint(
    number: str, unit: str, units: Mapping[str, Decimal], example: str, alone: str | None
) -> str:
    known = {name.lower(): name for name in units}
    if unit.lower() in known:
        return f"write `{number} {known[unit.lower()]}`"
    each = {units[name]: name for name in reversed(list(units)) if name}  # of synonyms the first
    named = ", ".join(reversed(each.values()))
    match = _QUANTITY.fullmatch(example)
    if not unit and match is not None:
        return f"write `{number} {alone or match[3]}`, or another unit: {named}"
    return f"write it like `{example}`; units: {named}"
