"""What `nvidia-smi topo -m`, `topo -p2p r` and `nvlink -s` print, as people paste it.

Names come from the row labels: headings lose their indent or run together. A table that does not
close (fewer rows than columns, a cell that is no label, two halves that disagree) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from awsml.cluster import Flag, Links, Pair
from awsml.errors import UsageError
from awsml.finding import Place
from awsml.units import counted

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ROW = re.compile(
    r"\s*(?P<name>GPU\d{1,4}|NIC\d+|mlx\d+_\w+|hfi\d+_\d+|bnxt_re\d+)(?=\s|$)(?P<rest>.*)"
)
_DEVICE = re.compile(r"GPU\d+|NIC\d+|mlx\d+_\d+|hfi\d+_\d+|bnxt_re\d+")
_LABEL = re.compile(r"X|NV\d+|PIX|PXB|PHB|NODE|SYS|SOC")
_STATUS = re.compile(r"X|OK|CNS|GNS|TNS|NS|U|DR")
_NVLINK_GPU = re.compile(r"\s*GPU (?P<gpu>\d{1,4}):")
_NVLINK_RATE = re.compile(r"\s*Link \d+:\s*(?P<rate>\d{1,6}(?:\.\d{1,6})? GB/s|<inactive>)", re.I)
_NO_NVLINK = re.compile(r"all links are inactive|not have or support nvlink", re.I)
_MOST_CELLS = 2000  # of a row; machines have some dozens
_NUMA = re.compile(r"[0-9]{1,4}")
# A link below this share of the median of the machine's links has lost lanes.
_DEGRADED = 0.9


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: tuple[str, ...]
    rest: str
    line: int


def read_links(text: str, file: str = "topology") -> Links:
    """Every table in the text, together; one of them at least has to be there."""
    lines = [_ESCAPE.sub("", line).rstrip("\r\n") for line in text.splitlines()]
    labels = _rows(lines, _LABEL)
    statuses = _rows(lines, _STATUS)
    if all(row.cells == ("X",) for row in statuses):
        statuses = []
    rates, flags = _nvlinks(lines)
    if not labels and not statuses and not rates:
        raise _refused(
            "no row of `nvidia-smi topo -m`, `topo -p2p r` or `nvlink -s` is in it", file, 1
        )
    matrix = _matrix(labels, _header(lines, labels), file) if labels else {}
    peer = _matrix(statuses, _header(lines, statuses), file) if statuses else {}
    tables = [rows for rows in (labels, statuses) if rows]
    counts = {sum(row.name.startswith("GPU") for row in rows) for rows in tables}
    if len(counts) > 1:
        message = f"one table has {counted(min(counts), 'GPU')} and the other {max(counts)}"
        raise _refused(message, file, statuses[0].line)
    gpus = counts.pop() if counts else max(rates) + 1
    numa = _numa(labels, lines, matrix, gpus) if labels else ()
    nics = sum(not row.name.startswith("GPU") for row in labels)
    return Links(gpus, matrix, peer, numa, rates, nics, tuple(flags))


def _rows(lines: Sequence[str], cell: re.Pattern[str]) -> list[_Row]:
    """Rows of the table whose cells these are."""
    found = []
    for number, line in enumerate(lines, 1):
        match = _ROW.match(line)
        words = match["rest"].split(maxsplit=_MOST_CELLS) if match else []
        if match is None or not _is_of(words, cell):
            continue
        count = next((i for i, word in enumerate(words) if not cell.fullmatch(word)), len(words))
        end = 0
        for word in words[:count]:
            end = match["rest"].index(word, end) + len(word)
        found.append(_Row(match["name"], tuple(words[:count]), match["rest"][end:], number))
    return found


def _is_of(words: Sequence[str], cell: re.Pattern[str]) -> bool:
    """By the first word that only one of the tables has; a lone X may be of either."""
    other = _STATUS if cell is _LABEL else _LABEL
    for word in words:
        if bool(cell.fullmatch(word)) != bool(other.fullmatch(word)):
            return bool(cell.fullmatch(word))
    return words[:1] == ["X"]


def _header(lines: Sequence[str], rows: Sequence[_Row]) -> list[str]:
    """Names of the columns in the heading above the first row, run together or not."""
    if not rows:
        return []
    for line in reversed(lines[: rows[0].line - 1]):
        names = _DEVICE.findall(line)
        if names:
            return names if not _ROW.match(line) or len(names) > 1 else []
    return []


def _matrix(rows: Sequence[_Row], header: Sequence[str], file: str) -> Mapping[Pair, str]:
    """Labels by pair of GPUs, each pair read twice."""
    names = [row.name for row in rows]
    gpus = [name for name in names if name.startswith("GPU")]
    last = rows[-1].line
    if len(set(names)) != len(names):
        raise _refused("a device has two rows: is the table pasted twice?", file, last)
    if gpus != [f"GPU{number}" for number in range(len(gpus))]:
        raise _refused(f"the rows are {', '.join(gpus)}: one is missing", file, last)
    headed = [name for name in header if name.startswith("GPU")]
    if len(headed) > len(gpus):
        message = f"the heading names {len(headed)} GPUs, and rows there are {len(gpus)}"
        raise _refused(f"{message}: the text is cut off", file, last)
    columns = list(header) if sorted(header) == sorted(names) else names
    cells: dict[tuple[str, str], str] = {}
    for row in rows:
        if len(row.cells) != len(columns):
            message = f"row {row.name} has {len(row.cells)} link cells for {len(columns)} devices"
            raise _refused(message, file, row.line)
        cells |= {(row.name, column): cell for column, cell in zip(columns, row.cells, strict=True)}
        if cells[row.name, row.name] != "X":
            message = f"row {row.name} has its X in another column: the order is not known"
            raise _refused(message, file, row.line)
    return dict(_pairs(gpus, cells, rows, file))


def _pairs(
    gpus: Sequence[str], cells: Mapping[tuple[str, str], str], rows: Sequence[_Row], file: str
) -> Iterator[tuple[Pair, str]]:
    for low, first in enumerate(gpus):
        for high in range(low + 1, len(gpus)):
            one, other = cells[first, gpus[high]], cells[gpus[high], first]
            if one != other:
                message = f"{first} to {gpus[high]} is {one}, and the way back {other}"
                raise _refused(message, file, rows[high].line)
            yield (low, high), "SYS" if one == "SOC" else one


def _numa(
    rows: Sequence[_Row], lines: Sequence[str], matrix: Mapping[Pair, str], gpus: int
) -> tuple[int | None, ...]:
    """From the column of that name; else GPUs that only SYS connects are on different nodes."""
    heading = next((line for line in lines if "NUMA Affinity" in line), None)
    stated = [_stated_numa(row, heading) for row in rows if row.name.startswith("GPU")]
    apart = _sockets(matrix, gpus)
    if None in stated or len(set(stated)) < len(set(apart)):
        return apart
    return tuple(stated)


def _stated_numa(row: _Row, heading: str | None) -> int | None:
    if heading is None:
        return None
    tabs = "\t" in row.rest
    cells = [cell.strip() for cell in (row.rest.split("\t")[1:] if tabs else row.rest.split())]
    after = 1 if "CPU Affinity" in heading else 0
    text = cells[after] if after < len(cells) else ""
    return int(text) if _NUMA.fullmatch(text) else None


def _sockets(matrix: Mapping[Pair, str], gpus: int) -> tuple[int, ...]:
    """A number for each set of GPUs that reach one another without crossing sockets."""
    group = list(range(gpus))
    for (low, high), label in matrix.items():
        if label != "SYS" and group[low] != group[high]:
            old, new = max(group[low], group[high]), min(group[low], group[high])
            group = [new if each == old else each for each in group]
    order = list(dict.fromkeys(group))
    return tuple(order.index(each) for each in group)


def _nvlinks(lines: Sequence[str]) -> tuple[dict[int, float], list[Flag]]:
    """GB/s of each GPU's active links in one direction; a GPU without any has 0."""
    rates: dict[int, list[float]] = {}
    inactive = 0
    gpu: int | None = None
    for line in lines:
        if match := _NVLINK_GPU.match(line):
            gpu = int(match["gpu"])
        if gpu is None:
            continue
        if _NO_NVLINK.search(line):
            rates.setdefault(gpu, [])
        elif match := _NVLINK_RATE.match(line):
            links = rates.setdefault(gpu, [])
            active = match["rate"][0] != "<"
            links += [float(match["rate"].split()[0])] if active else []
            inactive += not active
    return {number: sum(links) for number, links in rates.items()}, _nvlink_flags(rates, inactive)


def _nvlink_flags(rates: Mapping[int, Sequence[float]], inactive: int) -> list[Flag]:
    active = [rate for links in rates.values() for rate in links]
    flags = []
    if inactive and active:
        flags.append(Flag("nvlink-inactive", f"{inactive} NVLinks are inactive; only active count"))
    usual = median(active) if active else 0.0
    for number, links in rates.items():
        slow = [rate for rate in links if rate < _DEGRADED * usual]
        if slow:
            message = f"a link of GPU {number} runs at {min(slow):g} GB/s, the others at {usual:g}"
            flags.append(Flag("nvlink-degraded", message))
    return flags


def _refused(message: str, file: str, line: int) -> UsageError:
    return UsageError(
        message,
        hint="paste the whole output of `nvidia-smi topo -m`",
        where=Place(file, line, 1, line, 1),
        slug="topology-unreadable",
    )
