"""Predictions beside published measurements: the page is fresh and the error stays small."""

import pytest

from tools import predictions


@pytest.fixture(scope="module")
def rows():
    return predictions.rows()


def test_the_page_is_fresh():
    assert predictions.main(["--check"]) == 0, "run `python tools/predictions.py`"


def test_a_stale_page_is_noticed(monkeypatch):
    monkeypatch.setattr(predictions, "page", lambda: "")
    assert predictions.main(["--check"]) == 1


def test_held_out_bills_are_predicted_within_a_tenth(rows):
    median, worst, count = predictions.headline(rows, "billed")
    assert count >= 5
    assert median < 0.05
    assert worst < 0.10


def test_held_out_copies_are_predicted_within_what_is_promised(rows):
    copies = [r for r in rows if r.held_out and r.figure == "download" and r.mode == "file"]
    assert len(copies) == 2
    for copy in copies:
        assert abs(copy.error) < (0.30 if "images" in copy.run else 0.10), copy


def test_most_held_out_figures_lie_within_their_range(rows):
    known = [row.covered for row in rows if row.held_out and row.covered is not None]
    assert sum(known) >= 0.8 * len(known)


def test_every_row_names_a_source(rows):
    assert {row.source for row in rows} == set(predictions.SOURCES)
