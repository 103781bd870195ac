"""Everything decided about a cluster: what more GPUs bring, what to do first, own or rent, and
whether a report about it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from awsml.cluster import Flag, Hardware, Links
from awsml.decide.cluster.advice import advise
from awsml.decide.cluster.claims import claim_findings
from awsml.decide.cluster.hardware import hardware_findings
from awsml.decide.cluster.rent import Option, options
from awsml.decide.cluster.scaling import Answer, answered, scaling_blocks
from awsml.decide.cluster.settings import Wanted, stage_of, used
from awsml.decide.decision import Decision, Grounds
from awsml.errors import AwsmlError, UsageError
from awsml.estimate.memory import Fits, serves, trains
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.cluster.describe import ClusterWorkload
from awsml.kinds.cluster.spec import ClusterSpec
from awsml.readers.measurements import Measured, measured, read_measurements
from awsml.readers.nvidia_smi import read_links
from awsml.units import counted

# Flags that say a figure cannot be trusted; the others are remarks in the report.
_MEASURE_AGAIN = "measure again with the same host and batch per GPU"
_WARNED = {
    "measurement-refused": "write plain numbers above 0, without units or separators",
    "no-single-gpu": _MEASURE_AGAIN,
    "mixed-host": _MEASURE_AGAIN,
    "mixed-batch": _MEASURE_AGAIN,
    "strong-scaling": _MEASURE_AGAIN,
    "per-gpu-throughput": "write the samples a second of all GPUs together",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files of the scenario, read; complaints about those that could not be."""

    hardware: Hardware
    measured: Measured
    findings: tuple[Finding, ...] = ()


def decide(spec: ClusterSpec, workload: ClusterWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind cluster."""
    read = _inputs(spec, workload, grounds.local_path or _as_written)
    answer = answered(read.hardware, workload.model, read.measured, spec.questions.predict)
    wanted = Wanted(
        spec.questions.target_throughput,
        _dollars(spec.questions.budget),
        _dollars(spec.hardware.bridge_price),
        spec.questions.use,
    )
    rent = _rent(answer, wanted, spec, grounds)
    points = read.measured.points
    findings = [*read.findings, *hardware_findings(spec, read.hardware, points)]
    findings += _flag_findings(answer.flags)
    findings += claim_findings(spec, workload, answer, points)
    blocks = scaling_blocks(answer) | {
        "memory": memory_rows(answer),
        "own_or_rent": [option.as_json() for option in rent],
    }
    asked = bool(spec.questions.predict)
    advice = advise(answer, rent, wanted, asked) if grounds.advise else ()
    return Decision(advice=advice, blocks=blocks, findings=tuple(findings))


def _as_written(_: str, path: str) -> str:
    return path


def _dollars(amount: Any) -> float | None:
    return None if amount is None else float(amount)


def _inputs(
    spec: ClusterSpec, workload: ClusterWorkload, local_path: Callable[[str, str], str]
) -> Inputs:
    findings: list[Finding] = []
    hardware = workload.hardware
    topology = spec.hardware.topology
    if topology is not None:
        path = local_path("hardware.topology", topology)
        try:
            links = read_links(_text(path), path)
        except AwsmlError as error:
            findings.append(_unreadable(error, "hardware.topology"))
        else:
            hardware = _with_links(hardware, links)
    try:
        found = _measured(spec, local_path)
    except AwsmlError as error:
        findings.append(_unreadable(error, "measurements"))
        found = Measured(())
    return Inputs(hardware, found, tuple(findings))


def _with_links(hardware: Hardware, links: Links) -> Hardware:
    """What the scenario states stands beside what the file says, and fills its gaps."""
    stated = hardware.links
    if stated is not None:
        links = replace(links, peer=links.peer or stated.peer, numa=links.numa or stated.numa)
    return replace(hardware, links=links, gpus=hardware.gpus or links.gpus)


def _measured(spec: ClusterSpec, local_path: Callable[[str, str], str]) -> Measured:
    if isinstance(spec.measurements, str):
        path = local_path("measurements", spec.measurements)
        return read_measurements(_text(path), path)
    return measured((None, row.model_dump()) for row in spec.measurements)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}",
            hint="name a file beside the scenario",
            slug="cluster-file-unreadable",
        ) from error


def _unreadable(error: AwsmlError, field: str) -> Finding:
    where = f"{error.where.file}:{error.where.line}: " if error.where else ""
    return Finding(
        error.slug,
        Level.ERROR,
        f"{where}{error.message}",
        error.hint,
        Confidence.VERIFIED,
        field=field,
    )


def _flag_findings(flags: Sequence[Flag]) -> list[Finding]:
    """One warning for each kind of flag that makes figures doubtful; the block has them all."""
    by_slug: dict[str, list[Flag]] = {}
    for flag in flags:
        if flag.slug in _WARNED:
            by_slug.setdefault(flag.slug, []).append(flag)
    return [_doubtful(found) for found in by_slug.values()]


def _doubtful(found: Sequence[Flag]) -> Finding:
    first, more = found[0], f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    line = f"line {first.line}: " if first.line else ""
    who = f"{first.strategy}: " if first.strategy else ""
    return Finding(
        "doubtful-measurements",
        Level.WARNING,
        f"{line}{who}{first.message}{more}",
        _WARNED[first.slug],
        Confidence.VERIFIED,
        field="measurements",
    )


def _rent(answer: Answer, wanted: Wanted, spec: ClusterSpec, grounds: Grounds) -> list[Option]:
    questions = spec.questions
    now = used(answer, wanted)
    return options(answer.hardware, now, questions.instances, questions.use, grounds.region)


def memory_rows(answer: Answer) -> list[Mapping[str, Any]]:
    """Training by ZeRO stage on the full node, the measured strategies, and serving."""
    model, hardware = answer.model, answer.hardware
    if not model.parameters or not (hardware.memory_gib or hardware.card):
        return []
    gpus = (hardware.gpus or 1) * hardware.nodes
    stages = sorted({0, 1, 2, 3} if gpus > 1 else {0, *(stage_of(f.strategy) for f in answer.fits)})
    rows: list[Mapping[str, Any]] = []
    for stage in stages:
        how = f"ZeRO stage {stage}" if stage else "DDP"
        name = f"train on {counted(gpus, 'GPU')}, {how}"
        fits = trains(model, gpus, stage, hardware.memory_gib)
        rows.append(_memory_row(name, _as_it_ran(fits, answer, gpus, stage)))
    rows.append(_memory_row("serve on 1 GPU", serves(model, 1, hardware.memory_gib)))
    return rows


def _as_it_ran(fits: Fits, answer: Answer, gpus: int, stage: int) -> Fits:
    """What was measured did fit, whatever a formula says, and more GPUs hold no more each."""
    ran = [
        (point.gpus, fit)
        for fit in answer.fits
        for point in fit.points
        if stage_of(fit.strategy) == stage and point.gpus <= gpus
    ]
    if not ran or fits.verdict == "fits":
        return fits
    most, fit = max(ran, key=lambda pair: pair[0])
    batch = f" with {fit.batch:g} samples each" if fit.batch else ""
    told = "" if fits.verdict == "unknown" else f"; a transformer would take {fits.because}"
    because = f"{fit.strategy} ran on {counted(most, 'GPU')}{batch}{told}"
    return replace(fits, verdict="fits", because=because, change="")


def _memory_row(what: str, fits: Fits) -> Mapping[str, Any]:
    return {
        "what": what,
        "gib": fits.gib.as_json(),
        "verdict": fits.verdict,
        "because": fits.because,
        "change": fits.change or None,
    }
