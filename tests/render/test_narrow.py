"""Tables on a narrow terminal."""

import pytest

from awsml.render.table import Column, table

HEADS = [Column("phase"), Column("accelerator"), Column("took", right=True)]
ROWS = [["download", "", "16 s (10 s to 21 s)"], ["epochs", "", "1m 56s (1m 40s to 2m)"]]


@pytest.mark.parametrize("width", [24, 30, 38, 44, 80])
def test_what_can_be_broken_is_broken_to_fit(width):
    lines = table(HEADS, ROWS, width, indent=2).splitlines()
    assert max(map(len, lines)) <= width
    assert "download" in lines[1] or "download" in lines[2] or width < 30


def test_where_an_address_does_not_fit_nothing_is_broken():
    rows = [["example.com/an/image/with/a/long/name:1", "", "2 of 3"]]
    assert table(HEADS, rows, 30).splitlines()[1].endswith("2 of 3")
