"""A benchmark report against its own measurements and what is known: fourteen rules.

Each rule looks at every claim and says what it found with the arithmetic. A report that labels its
columns, keeps one base, gives its estimates grounds and prints what it measured has no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from awsml.cluster import Measurement
from awsml.decide.cluster.claims_figures import (
    conclusions_equal_tables,
    estimates_face_measurements,
    falls_are_mentioned,
    one_base_per_column,
    one_value_per_quantity,
    ratios_recomputed,
)
from awsml.decide.cluster.claims_grounds import (
    bandwidths_say_what_they_are,
    baselines_exist,
    estimates_have_grounds,
    labels_are_kept,
    measurements_are_printed,
    memory_suffices,
    method_is_told,
    parts_exist,
)
from awsml.decide.cluster.claims_told import Told
from awsml.decide.cluster.scaling import Answer
from awsml.finding import Finding
from awsml.kinds.cluster.describe import ClusterWorkload
from awsml.kinds.cluster.spec import ClusterSpec

Rule = Callable[[Told], Iterator[Finding]]


def claim_findings(
    spec: ClusterSpec, workload: ClusterWorkload, answer: Answer, points: Sequence[Measurement]
) -> list[Finding]:
    if not spec.claims:
        return []
    told = Told(spec, points, answer.hardware, workload.model)
    return [finding for rule in RULES for finding in rule(told)]


RULES: tuple[Rule, ...] = (
    ratios_recomputed,
    one_base_per_column,
    one_value_per_quantity,
    falls_are_mentioned,
    conclusions_equal_tables,
    estimates_have_grounds,
    labels_are_kept,
    parts_exist,
    memory_suffices,
    baselines_exist,
    estimates_face_measurements,
    bandwidths_say_what_they_are,
    method_is_told,
    measurements_are_printed,
)
