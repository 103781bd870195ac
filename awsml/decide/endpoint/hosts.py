"""Which instance types may host an endpoint: by AWS, and by the guide of a built-in algorithm."""

from __future__ import annotations

from collections.abc import Iterator

from awsml import catalog
from awsml.catalog import Instance
from awsml.decide.endpoint.case import Case

# Compared where the scenario names none: each family's sizes up to eight devices.
_MOST_DEVICES = 8
_MOST_CORES = 16


def usual_candidates(case: Case) -> Iterator[str]:
    """P3 and P3dn, and what hosting accepts today with a price where it runs."""
    yield from ("ml.p3.2xlarge", "ml.p3.8xlarge", "ml.p3.16xlarge", "ml.p3dn.24xlarge")
    families = _guide_families(case)
    for one in catalog.instances():
        if one.retired or "hosting" not in catalog.accepted_by(one.ml_name):
            continue
        small = one.vcpus <= _MOST_CORES or 0 < one.accelerators <= _MOST_DEVICES
        wanted = one.family in families if families else True
        if wanted and small and case.price(one).known:
            yield one.ml_name


def _guide_families(case: Case) -> tuple[str, ...]:
    facts = catalog.algorithm(case.work.algorithm) if case.work.algorithm else None
    return facts.hosting_families if facts else ()


def refused(name: str, one: Instance | None, case: Case) -> str | None:
    """Why AWS or the algorithm's guide does not let it host; None where nothing stands against."""
    accepted = catalog.accepted_by(name)
    if "hosting" not in accepted:
        near = nearest_hosted(one) if one else None
        use = f" (accepted for {', '.join(sorted(accepted))})" if accepted else ""
        told = f"; the nearest that can be is {near.ml_name}" if near else ""
        return f"{name} cannot be hosted: CreateEndpointConfig refuses it{use}{told}"
    if one is not None and one.retired and one.life is not None:
        return f"retired {one.life.since or ''}: {one.life.note}".replace("  ", " ")
    families = _guide_families(case)
    if families and one is not None and one.family not in families:
        return (
            f"the guide of {case.work.algorithm} names {', '.join(families)} for hosting, "
            f"not {one.family}: unsupported by the guide"
        )
    return None


def nearest_hosted(one: Instance) -> Instance | None:
    """As many devices and at least as much bandwidth, that hosting takes; the cheapest network."""
    able = [
        other
        for other in catalog.instances()
        if "hosting" in catalog.accepted_by(other.ml_name)
        and not other.retired
        and other.gpus >= one.gpus
        and (other.network_baseline_gbps or 0) >= (one.network_baseline_gbps or 0)
    ]
    return min(able, key=lambda o: (o.gpus, o.network_baseline_gbps or 0, o.name), default=None)
