"""Rows of a scaling test: those that hold are read, every other one is named with its line."""

from __future__ import annotations

import pytest

from awsml.errors import UsageError
from awsml.readers.measurements import read_measurements


def test_rows_are_read_in_any_order_of_columns() -> None:
    found = read_measurements("throughput;gpus;strategy\n27.4;1;ddp\n29.3;2;ddp\n")
    assert [(p.gpus, p.throughput, p.nodes) for p in found.points] == [(1, 27.4, 1), (2, 29.3, 1)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ddp,2,1,4,0", "above 0"),
        ("ddp,2,1,4,-3", "above 0"),
        ("ddp,2,1,4,nan", "above 0"),
        ("ddp,2,1,4,fast", "no number"),
        ("ddp,two,1,4,3", "no number"),
        ("ddp,1.5,1,4,3", "whole number"),
        ("ddp,2,4,4,3", "on 4 nodes"),
        (",2,1,4,3", "no strategy"),
        ("ddp,2", "throughput"),
        ("ddp,2,1,4,19,fast", "6 cells for 5 columns"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: str, reason: str) -> None:
    text = f"strategy,gpus,nodes,batch_per_gpu,throughput\nddp,1,1,4,27.4\n{row}\n"
    found = read_measurements(text)
    assert len(found.points) == 1
    assert [(flag.line, reason in flag.message) for flag in found.flags] == [(3, True)]


@pytest.mark.parametrize(
    "text", ["", "gpus,throughput\n1,2\n", "strategy,gpus,throughput\na,1,0\n"]
)
def test_a_file_without_a_single_point_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_measurements(text, "bench.csv")
    assert refused.value.slug == "measurements-unreadable"
