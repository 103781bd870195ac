"""When a rehearsed Spot reclaim strikes, and how: `30s`, `50%`, `seed:7`, `term:30s`."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from awsml.errors import UsageError
from awsml.units import QuantityError, parse_duration

NOTICE_SECONDS = 120.0  # what EC2 promises an instance; SageMaker promises a job nothing
_MOST = 3
_UNKNOWN_SECONDS = 60.0  # mean time to a reclaim where no training time is known


@dataclass(frozen=True, slots=True)
class Interrupt:
    """`seconds` of training, a `share` of the expected time, or drawn from a `seed`.

    `warned`: SIGTERM comes first, and then the notice time. No such signal is documented for
    managed Spot training; it is awsml's own.
    """

    seconds: float | None = None
    share: float | None = None
    seed: int | None = None
    warned: bool = False

    def times(self, expected_seconds: float | None) -> list[float]:
        """Seconds of training after which each attempt is reclaimed; later attempts are not."""
        if self.seconds is not None:
            return [self.seconds]
        if self.share is not None:
            if expected_seconds is None:
                raise _unknown_length(self.share)
            return [self.share * expected_seconds]
        drawn = random.Random(self.seed)
        mean = expected_seconds or _UNKNOWN_SECONDS
        return [drawn.expovariate(1 / mean) for _ in range(drawn.randint(1, _MOST))]


def parse_interrupt(text: str) -> Interrupt:
    """What `--interrupt` says."""
    warned = text.startswith("term:")
    when = text.removeprefix("term:")
    if match := re.fullmatch(r"seed:(\d{1,18})", when):
        return Interrupt(seed=int(match[1]), warned=warned)
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", when):
        share = float(match[1]) / 100
        if not 0 < share < 1:
            raise _no_interrupt(text)
        return Interrupt(share=share, warned=warned)
    try:
        seconds = parse_duration(when)
    except QuantityError as error:
        raise _no_interrupt(text) from error
    if seconds < 0:
        raise _no_interrupt(text)
    return Interrupt(seconds=seconds, warned=warned)


def _no_interrupt(text: str) -> UsageError:
    return UsageError(
        f"`{text}` does not say when to interrupt",
        hint="write 30s, 50% or seed:7, with `term:` in front for SIGTERM and a notice",
        slug="interrupt-unreadable",
    )


def _unknown_length(share: float) -> UsageError:
    return UsageError(
        f"{share:.0%} of the training time is not known before the job has run once here",
        hint="give a time, such as --interrupt 30s, state `workload.samples_per_second`, or run it "
        "once without --interrupt",
        slug="interrupt-needs-duration",
    )
