"""The page of fits says what the code gives, and what it gives is better than the simpler forms."""

from __future__ import annotations

from statistics import median

from tools import scaling_fits


def test_the_page_of_fits_is_fresh() -> None:
    assert scaling_fits.main(["--check"]) == 0, "run `python tools/scaling_fits.py`"


def test_fits_beat_the_simpler_forms_and_intervals_cover() -> None:
    series = [one for one in scaling_fits.all_series() if one.source != "worked-example"]
    made = [each for one in series for each in scaling_fits.tried(one, 2) if each.times == 4]
    errors = {
        name: median(abs(each.errors[name]) for each in made)
        for name in ("awsml", *scaling_fits.SIMPLER)
    }
    assert len(made) > 40
    assert errors["awsml"] == min(errors.values()), errors
    assert sum(each.covered for each in made) / len(made) >= 0.85
