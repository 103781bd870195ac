"""Short texts inside others: quantities, schedules, field paths, addresses, names of APIs."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from awsml import units
from awsml.cron.expression import AUTOSCALING, RULES, SCHEDULER, faults, parse
from awsml.cron.repair import corrected
from awsml.cron.times import next_runs
from awsml.requests.names import resolve_api
from awsml.scenario.overrides import Flags, Override
from awsml.scenario.paths import parse_path
from awsml.storage.objects import Address
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import NUMBERS, ODD, UNITS, mutated

_QUANTITIES = (
    *(units.parse_duration, units.parse_bytes, units.parse_bits_per_second, units.parse_usd),
    *(units.parse_count, units.parse_share),
)
_WRITTEN = st.one_of(ODD, mutated([*UNITS, *NUMBERS[:20]]))


@fuzzing
@given(st.sampled_from(_QUANTITIES), _WRITTEN)
def test_a_quantity_is_a_finite_number_or_refused(parse_quantity: object, text: str) -> None:
    def check() -> None:
        try:
            assert math.isfinite(parse_quantity(text))  # type: ignore[operator]
        except units.QuantityError as error:
            assert str(error) and error.hint

    FUZZED.reads("quantities", check)


_SCHEDULES = (
    *("cron(0 2 ? * MON-FRI *)", "cron(0/5 8-17 1,15 JAN-DEC ? 2026-2199)", "rate(5 minutes)"),
    *(
        "at(2026-11-21T09:30:00)",
        "cron(0 0 L * ? *)",
        "cron(0 0 ? * 6#3 *)",
        "*/5 * * * *",
        "5 min",
    ),
    *("cron(0 0 15W * ? *)", "rate(" + "9" * 5000 + " days)", "rate(99999999999 days)", "9 w"),
    *("cron(0/0 * * * ? *)", "at(2026-13-45T99:99)", "cron(0 0 30 2 ? *)", "9" * 5000 + " hours"),
)


@fuzzing
@given(
    mutated(_SCHEDULES, ("²", "٣", "0/0", "99999999999", "?", "L-3", "#6", "MON#")),
    st.sampled_from([RULES, SCHEDULER, AUTOSCALING]),
)
def test_a_schedule_is_read_or_faulted(text: str, dialect: object) -> None:
    def check() -> None:
        wrong = faults(text, dialect)  # type: ignore[arg-type]
        corrected(text, dialect)  # type: ignore[arg-type]
        if wrong:
            assert all(fault.message for fault in wrong)
            return
        try:
            parse(text, dialect)  # type: ignore[arg-type]
            next_runs(text, "Asia/Seoul", datetime(2026, 1, 1, tzinfo=UTC), 3, dialect)  # type: ignore[arg-type]
        except IndexError:
            assert dialect is AUTOSCALING  # seven fields, whose meaning nobody says

    FUZZED.reads("schedules", check)


@fuzzing
@given(st.one_of(ODD, mutated(["a.b[0].c", 'tags["x.y"]', "inputs.*.mode"])))
def test_a_path_is_steps_or_refused(text: str) -> None:
    def check() -> None:
        try:
            assert parse_path(text)
        except ValueError as error:
            assert str(error)

    FUZZED.reads("field paths", check)


@fuzzing
@given(st.lists(mutated(["compute.count=2", "tags={a: b}", "a[0]=[1, 2]", 'n="x"']), max_size=3))
def test_a_flag_is_an_override_or_refused(texts: list[str]) -> None:
    FUZZED.reads("overrides", lambda: Flags([Override.parse(text) for text in texts]))


@fuzzing
@given(ODD)
def test_an_address_is_a_place_or_refused(text: str) -> None:
    FUZZED.reads("S3 addresses", lambda: Address.parse(text), placed=False)


@fuzzing
@given(st.one_of(ODD, mutated(["sagemaker:CreateTrainingJob", "aws batch submit-job"])))
def test_the_name_of_an_api_is_known_or_refused(text: str) -> None:
    FUZZED.reads("names of APIs", lambda: resolve_api(text), placed=False)
