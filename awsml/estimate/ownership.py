"""Owning machines against renting them: dollars an hour of use, and the use at which they meet.

own      = C x CRF(i, n) / (8760 u) + kW x PUE x price of a kWh
rent     = price x machines that do the same work
break-even use = C x CRF / (8760 x (rent - power)); above 1 owning never pays
"""

from __future__ import annotations

from dataclasses import dataclass

from awsml.cluster import Hardware

HOURS = 8760
_INTEREST = 0.05
_PUE = 1.4
_AROUND_CARDS = 1.3  # watts of a node over those of its cards


@dataclass(frozen=True, slots=True)
class Owned:
    """A year's capital, and the power of an hour of work; None where it is unknown."""

    usd_per_year: float
    power_usd_per_hour: float | None

    def usd_per_hour(self, use: float) -> float | None:
        if self.power_usd_per_hour is None:
            return None
        return self.usd_per_year / (HOURS * use) + self.power_usd_per_hour

    def break_even(self, rent_usd_per_hour: float) -> float | None:
        """The share of the year from which owning is cheaper; None where power alone is dearer."""
        if self.power_usd_per_hour is None:
            return None
        saved = rent_usd_per_hour - self.power_usd_per_hour
        return self.usd_per_year / (HOURS * saved) if saved > 0 else None


def owned(hardware: Hardware) -> Owned | None:
    """None while the price of the cards is unknown."""
    gpus = (hardware.gpus or 0) * hardware.nodes
    if hardware.card_usd is None or not gpus:
        return None
    capital = gpus * hardware.card_usd + hardware.nodes * (hardware.host_usd or 0.0)
    yearly = capital * recovery(hardware.years)
    if hardware.watts is None:
        return Owned(yearly, None)
    kilowatts = gpus * hardware.watts / 1000 * _AROUND_CARDS
    return Owned(yearly, kilowatts * _PUE * hardware.kwh_usd)


def recovery(years: float, interest: float = _INTEREST) -> float:
    """The yearly payment that pays one dollar back."""
    growth: float = (1 + interest) ** years
    return interest * growth / (growth - 1)
