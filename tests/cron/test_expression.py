"""What AWS refuses in a schedule expression, where, and how it is put right."""

import pytest

from awsml.cron import AUTOSCALING, RULES, SCHEDULER, Dialect, corrected, faults, parse

REFUSED_BY_RULES = [
    # expression, the characters that are wrong, the correction
    ("cron(0 18 * * MON-FRI *)", "*", "cron(0 18 ? * MON-FRI *)"),
    ("cron(7 20 1 * * *)", "*", "cron(7 20 1 * ? *)"),
    ("cron(*/1 * * * * *)", "* * *", "cron(*/1 * * * ? *)"),
    ("cron(0 9 ? * ? *)", "? * ?", "cron(0 9 * * ? *)"),
    ("cron(*/1 * * * *)", "*/1 * * * *", "cron(*/1 * * * ? *)"),
    ("cron(0 2 * * 1-5)", "0 2 * * 1-5", "cron(0 2 ? * MON-FRI *)"),
    ("cron(0 2 * * 5-7)", "0 2 * * 5-7", "cron(0 2 ? * FRI,SAT,SUN *)"),
    ("cron(0 2 * * 0,6)", "0 2 * * 0,6", "cron(0 2 ? * SUN,SAT *)"),
    ("cron(*/60 * * * ? *)", "*/60", "cron(0 * * * ? *)"),
    ("cron(15 12 ? * 0 *)", "0", "cron(15 12 ? * SUN *)"),
    ("cron(15 12 ? * -1 *)", "-1", None),
    ("cron(0 24 * * ? *)", "24", None),
    ("cron(0 12 6#3 * ? *)", "6#3", None),
    ("cron(0 12 ? * 6#6 *)", "6#6", None),
    ("cron(0 0 18 ? * MON-FRI *)", "0 0 18 ? * MON-FRI *", "cron(0 18 ? * MON-FRI *)"),
    ("cron(? 18 * * ? *)", "?", None),
    ("cron(0 18 ? * MONDAY *)", "MONDAY", None),
    ("cron(0 18 31-x * ? *)", "31-x", None),
    ("cron(0/0 18 * * ? *)", "0/0", None),
    ("0 18 * * 1-5", "0 18 * * 1-5", "cron(0 18 ? * MON-FRI *)"),
    ("rate(1 minutes)", "minutes", "rate(1 minute)"),
    ("rate(5 minute)", "minute", "rate(5 minutes)"),
    ("rate(0 minutes)", "0 minutes", None),
    ("rate(5)", "5", None),
    ("rate(1 week)", "1 week", "rate(7 days)"),
    ("5 minutes", "5 minutes", "rate(5 minutes)"),
    ("every night", "every night", None),
]
ACCEPTED = [
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 2 ? * mon-fri *)",
    "cron(*/5 * * * ? *)",
    "cron(0/15 9-17 ? * 2-6 2027-2030)",
    "cron(0 8 1 * ? *)",
    "cron(0 9 L * ? *)",
    "cron(0 9 LW * ? *)",
    "cron(0 9 3W * ? *)",
    "cron(0 9 ? * 6#2 *)",
    "cron(0 9 ? * FRIL *)",
    "cron(0 9 ? * L *)",
    "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
    "cron(1-31/30 1-1 ? * 1,7 *)",
    "cron(0 22-2 ? * FRI-MON *)",
    # Odd, and let through: https://github.com/aws/aws-sdk/issues/161
    "cron(0/5, 9-18, ?, *, MON-FRI, *)",
    "cron(0 20 * * ? 2500)",
    "rate(1 minute)",
    "rate(12 hours)",
]


@pytest.mark.parametrize(("expression", "wrong", "right"), REFUSED_BY_RULES)
def test_a_refused_expression_points_at_what_is_wrong(
    expression: str, wrong: str, right: str | None
) -> None:
    fault = faults(expression, RULES)[0]
    assert expression[fault.start : fault.end] == wrong
    assert corrected(expression, RULES) == right


@pytest.mark.parametrize("dialect", [RULES, SCHEDULER, AUTOSCALING], ids=lambda d: d.name)
@pytest.mark.parametrize("expression", ACCEPTED)
def test_what_aws_accepts_has_no_fault(expression: str, dialect: Dialect) -> None:
    assert faults(expression, dialect) == []


def test_the_scheduler_takes_five_fields_any_plural_and_at() -> None:
    for expression in ("cron(0 2 ? * MON)", "rate(1 minutes)", "at(2027-01-04T02:00:00)"):
        assert faults(expression, SCHEDULER) == []
        assert faults(expression, RULES)


@pytest.mark.parametrize(
    ("expression", "right"),
    [
        ("at(2027-01-04T02:00:00Z)", "at(2027-01-04T02:00:00)"),
        ("at(2027-01-04 02:00)", "at(2027-01-04T02:00:00)"),
        ("at(2027-01-04T02:00:00.000+09:00)", "at(2027-01-04T02:00:00)"),
        ("at(2027-02-30T02:00:00)", None),
    ],
)
def test_a_moment_has_no_zone_and_exists(expression: str, right: str | None) -> None:
    assert faults(expression, SCHEDULER)
    assert corrected(expression, SCHEDULER) == right


def test_every_fault_of_an_expression_is_told() -> None:
    expression = "cron(60 24 ? 13 8 *)"
    found = [expression[f.start : f.end] for f in faults(expression, RULES)]
    assert found == ["60", "24", "13", "8"]


def test_parse_says_the_first_fault() -> None:
    with pytest.raises(ValueError, match="no minute"):
        parse("cron(60 2 * * ? *)")
