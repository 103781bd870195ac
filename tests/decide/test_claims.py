"""A report typed in claim by claim: what does not hold is found, and a clean report has nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from awsml import api
from awsml.api import Terms
from awsml.kinds import KINDS
from awsml.scenario.loader import load

ROOT = Path(__file__).parent.parent.parent
HEAD = """\
kind: cluster
name: report
hardware: {gpu: RTX 3090, gpus: 4}
measurements:
  - {strategy: ddp, gpus: 1, throughput: 20, batch_per_gpu: 4}
  - {strategy: ddp, gpus: 2, throughput: 36, batch_per_gpu: 4}
  - {strategy: ddp, gpus: 4, throughput: 60, batch_per_gpu: 4}
  - {strategy: zero2, gpus: 1, throughput: 21, batch_per_gpu: 4}
  - {strategy: zero2, gpus: 4, throughput: 72, batch_per_gpu: 4}
workload: {parameters: 305M}
"""
METHOD = "method: {batch: per-gpu, precision: bf16, repeats: 3, date: 2026-05-01}\n"
TWO = "{strategy: ddp, gpus: 2}, concludes: true"
OTHER = "{strategy: ddp, gpus: 1}, label: measured"
GROUNDS = "label: estimated, workload: true, method: bandwidth, low: 1.5, high: 2.5"
CLEAN = (
    "{says: 75 %, of: efficiency, value: 0.75, strategy: ddp, gpus: 4, label: measured}",
    "{says: 3.43 times, of: speedup, value: 3.43, strategy: zero2, gpus: 4, label: measured}",
    "{says: 72, of: throughput, value: 72, strategy: zero2, gpus: 4, label: measured}",
    "{says: 1.67, of: speedup, value: 1.67, strategy: ddp, gpus: 4, base: " + TWO + "}",
    "{says: with NVLink, of: speedup, value: 1.9, gpus: 2, part: NVLink bridge, " + GROUNDS + "}",
    "{says: 25 GB/s, of: bandwidth, value: 25, direction: one-way, scope: link, label: measured}",
    "{says: 1B on 2, of: training, parameters: 1B, gpus: 2}",
    "{says: 7B with LoRA, of: training, parameters: 7B, gpus: 1, states: lora}",
    "{says: bridges, of: part, part: NVLink bridge}",
    "{says: 13B in 8 bits, of: inference, parameters: 13B, gpus: 1, bits: 8}",
    "{says: iperf3, of: measurement, value: 2.4}",
)


def found(claims: tuple[str, ...], head: str = HEAD, method: str = METHOD) -> list[str]:
    text = head + method + "claims:\n" + "".join(f"  - {claim}\n" for claim in claims)
    file = Path("report.yaml")
    file.write_text(text, encoding="utf-8")
    loaded = load(str(file), environ={}, kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    assert report.blocks, [f.message for f in report.findings]
    return [finding.slug for finding in report.findings if finding.slug.startswith("report-")]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_clean_report_has_no_finding() -> None:
    assert found(CLEAN) == []


@pytest.mark.parametrize(
    ("slug", "claim"),
    [
        ("ratio-wrong", "{says: 90 %, of: efficiency, value: 0.9, strategy: ddp, gpus: 4}"),
        ("ratio-wrong", "{says: 75 %, of: efficiency, value: 0.75, gpus: 4, label: measured}"),
        (
            "mixed-bases",
            "{says: 3.6, of: speedup, value: 3.6, strategy: zero2, gpus: 4, base: " + OTHER + "}",
        ),
        (
            "two-values",
            "{says: 70, of: throughput, value: 70, strategy: zero2, gpus: 4, label: measured}",
        ),
        (
            "conclusion-differs",
            "{says: 4 times, of: speedup, value: 4, gpus: 4, concludes: true}",
        ),
        (
            "estimate-ungrounded",
            "{says: 1.9, of: speedup, value: 1.9, gpus: 2, part: NVLink, label: estimated}",
        ),
        ("label-lost", "{says: 5 times, of: speedup, value: 5, strategy: ddp, gpus: 8}"),
        ("part-missing", "{says: switch, of: part, part: NVSwitch}"),
        ("part-missing", "{says: bridge, of: part, part: NVLink bridge, card: RTX PRO 6000}"),
        ("memory-exceeded", "{says: 7B, of: training, parameters: 7B, gpus: 4, stage: 2}"),
        ("memory-exceeded", "{says: 70B, of: inference, parameters: 70B, gpus: 1, bits: 8}"),
        (
            "baseline-missing",
            "{says: 2 times, of: speedup, value: 2, gpus: 8, parameters: 7B, " + GROUNDS + "}",
        ),
        (
            "estimate-contradicted",
            "{says: 1.2 times, of: speedup, value: 1.2, strategy: ddp, gpus: 4, " + GROUNDS + "}",
        ),
        ("bandwidth-unclear", "{says: 112 GB/s, of: bandwidth, value: 112, label: measured}"),
        ("measurement-withheld", "{says: iperf3, of: measurement}"),
    ],
)
def test_each_rule_fires_on_its_case_alone(slug: str, claim: str) -> None:
    assert set(found((*CLEAN, claim))) == {f"report-{slug}"}


def test_a_fall_must_be_mentioned() -> None:
    fallen = HEAD.replace("gpus: 4, throughput: 60", "gpus: 4, throughput: 30")
    remark = "{says: four are slower than two, of: remark, strategy: ddp, gpus: 4}"
    iperf = "{says: iperf3, of: measurement, value: 2.4}"
    assert found((iperf,), fallen) == ["report-non-monotone"]
    assert found((iperf, remark), fallen) == []


def test_the_method_must_be_told() -> None:
    assert found(CLEAN, method="") == ["report-method-missing"]


def test_the_report_of_the_purchase_breaks_all_fourteen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    loaded = load("scenarios/gpu-cluster-report.yaml", environ={}, kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    expected = loaded.documents[0].plain()["expect"]["findings"]
    assert len(expected) == 14
    assert {f.slug for f in report.findings} == set(expected)


@pytest.mark.parametrize(
    ("parameters", "gpus", "hint"),
    [
        ("13B", 10, "`base: {gpus: 10}`"),
        ("3B", 10, "`base: {gpus: 3}`"),
        ("70B", 10, "up to 10 GPUs"),
    ],
)
def test_the_baseline_that_is_named_holds_the_claim_s_own_model(
    parameters: str, gpus: int, hint: str, tmp_path: Path
) -> None:
    claim = (
        f"says: x, of: speedup, value: 2, strategy: zero3, gpus: {gpus}, parameters: {parameters}"
    )
    file = tmp_path / "report.yaml"
    file.write_text(f"{HEAD}{METHOD}claims:\n  - {{{claim}}}\n", encoding="utf-8")
    loaded = load(str(file), environ={}, kinds=KINDS)
    report = api.plan(loaded.documents[0], Terms(), loaded.findings).report
    (told,) = [each for each in report.findings if each.slug == "report-baseline-missing"]
    assert hint in (told.hint or "")
