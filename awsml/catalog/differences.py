"""What changed between two states of the catalogue: prices new, gone, dearer or cheaper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from awsml.catalog.tables import Tables

_COMPARED = ("prices_ec2", "prices_sagemaker", "prices_other", "spot_prices")


@dataclass(frozen=True, slots=True)
class Difference:
    """A price before and after; None is not there."""

    table: str
    key: str
    before: str | None
    after: str | None

    @property
    def share(self) -> float | None:
        if self.before is None or self.after is None or not Decimal(self.before):
            return None
        return float(Decimal(self.after) / Decimal(self.before) - 1)


def differences(before: Tables, after: Tables) -> tuple[Difference, ...]:
    """By table and key."""
    found = []
    for name in _COMPARED:
        old, new = before.table(name), after.table(name)
        for key in sorted(old.keys() | new.keys()):
            left = old[key]["usd"] if key in old else None
            right = new[key]["usd"] if key in new else None
            if left is None or right is None or Decimal(left) != Decimal(right):
                found.append(Difference(name, " ".join(key), left, right))
    return tuple(found)
