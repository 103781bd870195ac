"""Schedule expressions of AWS (cron, rate, at): what is wrong with one, and when it fires."""

from awsml.cron.expression import (
    AUTOSCALING,
    RULES,
    SCHEDULER,
    At,
    Cron,
    Dialect,
    Fault,
    Rate,
    faults,
    parse,
)
from awsml.cron.repair import corrected
from awsml.cron.times import at_time, next_runs

__all__ = [
    "AUTOSCALING",
    "RULES",
    "SCHEDULER",
    "At",
    "Cron",
    "Dialect",
    "Fault",
    "Rate",
    "at_time",
    "corrected",
    "faults",
    "next_runs",
    "parse",
]
