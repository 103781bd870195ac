"""Batch on Spot: attempts, odds, deadlines, and ways of running the job side by side."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from awsml.decide.batch.decide import decide
from awsml.decide.decision import Grounds
from awsml.kinds.batch.fields import Compute, Retry
from awsml.workload.batch import BatchWorkload

HOUR = 3600.0
SPEC = SimpleNamespace(retry=Retry(), compute=Compute())


def job(hours, **more):
    base = {
        "region": "us-east-1",
        "gpus": 1,
        "vcpus": 8,
        "memory_mib": 24 * 1024,
        "instances": ("g5", "g6"),
        "compute_seconds": hours * HOUR,
        "restart_seconds": 300.0,
        "image": "tensorflow",
    }
    return BatchWorkload(**{**base, **more})


def decided(workload):
    return decide(SPEC, workload, Grounds("us-east-1", date(2026, 11, 21)))


def retry(workload):
    return decided(workload).blocks["retry"]


def rows(workload, subject):
    advice = next(a for a in decided(workload).advice if a.subject == subject)
    return {row.option: row for row in advice.alternatives}


def chosen(workload, subject):
    return next(name for name, row in rows(workload, subject).items() if row.verdict == "chosen")


KEPT = {"checkpoints": True, "checkpoint_every_seconds": 900.0, "checkpoint_seconds": 10.0}


def test_checkpoints_make_a_long_job_finish():
    bare, kept = retry(job(12)), retry(job(12, **KEPT))
    assert bare["p_finish"] < 0.5 < 0.95 < kept["p_finish"]


def test_one_attempt_needs_checkpoints_and_more_attempts_together():
    found = rows(job(6, attempts=1), "retry")
    (both,) = (name for name, row in found.items() if row.verdict == "chosen")
    assert both.startswith("checkpoint every ") and both.endswith(" attempts")
    alone, many = both.rpartition(", ")[0], "10 attempts"
    assert found[alone].verdict == found[many].verdict == found["on demand"].verdict == "worse"


def test_the_odds_without_checkpoints_are_those_of_the_formula():
    # One attempt of 2 h and 5 min at 0.3 an hour survives with exp(-0.625) = 0.535.
    found = retry(job(2, attempts=1))["p_finish"]
    assert found == pytest.approx(0.535, abs=0.03)


def test_more_attempts_never_finish_less():
    odds = [retry(job(6, attempts=n, **KEPT))["p_finish"] for n in range(1, 11)]
    assert odds == sorted(odds)


def test_attempts_are_enough_for_999_and_never_more_than_allowed():
    found = retry(job(3, **KEPT))
    assert found["attempts"] == found["attempts_needed"] + 1 <= 10
    assert retry(job(100, **KEPT))["attempts"] == 10
    assert retry(job(3, spot=False))["attempts"] == 3


def test_where_ten_do_not_suffice_pieces_or_on_demand_are_named_in_numbers():
    found = rows(job(12), "retry")
    assert any("pieces" in name for name in found)
    assert "on demand" in found
    assert all(any(c.isdigit() for c in row.why) for row in found.values())
    assert chosen(job(12), "retry") != "as written"
    assert [f.slug for f in decided(job(12)).findings] == ["retry-gives-up"]


def test_a_timeout_below_the_work_is_said():
    found = decided(job(3, timeout_seconds=2 * HOUR))
    assert [f.slug for f in found.findings] == ["timeout-below-work"]
    assert found.blocks["retry"]["p_finish"] == 0


def test_a_deadline_is_met_less_often_the_nearer_it_is():
    weekly = {"expression": "cron(0 2 ? * MON *)", "timezone": "Asia/Seoul", **KEPT}
    odds = [
        retry(job(6, window_seconds=h * HOUR, timeout_seconds=8 * HOUR, **weekly))[
            "p_finish_before_deadline"
        ]
        for h in (5, 8, 12, 24, 96)
    ]
    assert odds == sorted(odds)
    assert odds[0] == 0 and odds[-1] > 0.95
    slugs = [f.slug for f in decided(job(6, window_seconds=8 * HOUR, **weekly)).findings]
    assert "deadline-missed" in slugs


def test_dollars_are_for_what_runs_and_p99_is_not_less_than_expected():
    usd = retry(job(6, **KEPT))["usd"]
    assert 0 < usd["expected"] <= usd["p99"]


def test_batch_on_spot_answers_the_question_and_each_other_way_loses_by_a_number():
    asked = job(6, expression="cron(0 2 ? * MON *)", fallback=True, **KEPT)
    found = rows(asked, "architecture")
    assert found["AWS Batch on Spot"].verdict == "chosen"
    assert found["Fargate"].verdict == "impossible"
    assert {row.verdict for name, row in found.items() if name != "AWS Batch on Spot"} <= {
        "worse",
        "impossible",
    }
    assert all(any(c.isdigit() for c in row.why) for row in found.values())
    on_demand, spot = found["AWS Batch on demand"], found["AWS Batch on Spot"]
    assert on_demand.usd.expected > spot.usd.expected
    assert found["ECS service"].usd.expected > found["EC2 and Instance Scheduler"].usd.expected


def test_what_comes_of_an_image_that_is_sagemaker_s_is_told():
    def notes(framework, version):
        asked = job(6, **{**KEPT, "image": framework, "image_version": version})
        advice = next(a for a in decided(asked).advice if a.subject == "architecture")
        return " ".join(advice.notes)

    assert "tensorflow 2.21: there is no EC2 image" in notes("tensorflow", "2.21")
    assert "no EC2 image" not in notes("pytorch", "2.10")
    assert "the image has no git" in notes("pytorch", "2.13")


def test_without_gpus_fargate_is_possible():
    plain = job(6, gpus=0, vcpus=4, memory_mib=8192, instances=("m7i",), **KEPT)
    assert rows(plain, "architecture")["Fargate"].verdict != "impossible"


def test_what_is_written_for_fargate_stays_there_where_no_price_tells():
    written = job(1, gpus=0, vcpus=2, memory_mib=8192, platform="fargate", instances=())
    assert chosen(written, "architecture") == "Fargate"
    assert rows(written, "architecture")["Fargate"].usd.missing == ("price of Fargate Spot",)
    on_demand = decided(replace(written, spot=False)).cost
    assert on_demand.usd.expected is not None and on_demand.usd.expected < 0.2


def test_fargate_on_spot_is_kept_where_its_price_is_not_known():
    written = job(1, gpus=0, vcpus=2, memory_mib=8192, platform="fargate", instances=())
    assert chosen(written, "retry") == "as written"
    on_demand = rows(replace(written, spot=False), "retry")["as written"].usd.expected
    assert on_demand == pytest.approx((2 * 0.04048 + 8 * 0.004445) * (1 + 300 / 3600), rel=1e-3)


def test_rules_that_do_not_name_a_reclaim_leave_one_attempt_on_spot():
    named, unnamed = job(6, attempts=6), job(6, attempts=6, reclaims_retried=False)
    assert retry(unnamed)["p_finish"] < retry(job(6, attempts=2))["p_finish"]
    (finding,) = decided(unnamed).findings
    assert (finding.slug, finding.field) == ("retry-gives-up", "retry.rules")
    assert 'status: "Host EC2*", action: retry' in finding.hint
    mended = rows(unnamed, "retry")["retry what Spot takes back"]
    assert mended.usd.expected == rows(named, "retry")["as written"].usd.expected
    assert retry(replace(unnamed, spot=False)) == retry(replace(named, spot=False))


def test_fargate_costs_what_the_smallest_size_that_holds_the_job_does():
    def usd(vcpus, memory_mib):
        plain = job(2, gpus=0, vcpus=vcpus, memory_mib=memory_mib, instances=("m7i",), spot=False)
        return rows(plain, "architecture")["Fargate"].usd.expected

    assert usd(2, 4096) < usd(2, 5000) == usd(2, 5120) < usd(3, 8192) == usd(4, 8192)


def test_without_checkpoints_a_long_job_belongs_on_demand():
    assert chosen(job(20), "architecture") == "AWS Batch on demand"
    assert chosen(job(20, **KEPT), "architecture") == "AWS Batch on Spot"


def test_runs_on_working_days_cost_five_times_those_of_a_week():
    weekly = decided(job(6, expression="cron(0 2 ? * MON *)", **KEPT)).cost.usd.expected
    daily = decided(job(6, expression="cron(0 2 ? * MON-FRI *)", **KEPT)).cost.usd.expected
    assert daily == pytest.approx(5 * weekly, rel=0.02)


@pytest.mark.parametrize(
    ("name", "family"), [("optimal", "6i"), ("default_x86_64", "6i"), ("default_arm64", "6g")]
)
def test_a_bundle_stands_for_families_that_batch_chooses_of(name, family):
    decision = decided(job(1, gpus=0, vcpus=4, memory_mib=8192, instances=(name,)))
    assert not [finding for finding in decision.findings if finding.level == "error"]
    assert family in str(decision.choices["compute.machine"].value)


def test_a_misspelt_bundle_is_told_as_the_one_that_is_meant():
    (finding,) = decided(job(1, gpus=0, instances=("default_x86-64",))).findings
    assert (finding.slug, finding.hint) == (
        "unknown-instance-type",
        "did you mean `default_x86_64`?",
    )


def test_memory_left_open_is_what_the_machine_leaves():
    choices = decided(job(1, memory_mib=None)).choices
    machine = choices["compute.machine"].value
    assert machine in ("g5.2xlarge", "g6.2xlarge")
    assert 28 * 1024 < choices["resources.memory"].value < 32 * 1024


def test_a_schedule_tells_of_clock_changes_overlap_and_weekdays():
    def told(expression, zone, **more):
        workload = job(1, expression=expression, timezone=zone, **more)
        return decided(workload).blocks["schedule"]["warnings"]

    skipped = told("cron(30 2 * * ? *)", "Europe/Berlin", timeout_seconds=HOUR, attempts=2)
    assert any("2027-03-28 02:30" in text and "skips" in text for text in skipped)
    assert any("2027-10-31 02:30" in text and "twice" in text for text in skipped)
    assert any("daylight saving" in text for text in skipped)
    near = told("rate(2 hours)", "UTC", timeout_seconds=HOUR, attempts=3)
    assert any("two may run at once" in text for text in near)
    assert any("without a timeout" in text for text in told("rate(2 hours)", "UTC"))
    shifted = told("cron(0 2 ? * MON *)", "Asia/Seoul", timeout_seconds=HOUR, attempts=2)
    assert any("Sun 17:00 UTC" in text for text in shifted)
    assert told("cron(0 12 ? * MON *)", "UTC", timeout_seconds=HOUR, attempts=2) == []


def test_a_timeout_below_the_work_is_what_is_mended():
    work = job(1, timeout_seconds=1200.0)
    advice = {each.subject: each for each in decided(work).advice}
    assert chosen(work, "retry") == "a timeout of 2h"
    assert [fix.value for fix in advice["retry"].fixes] == ["2h"]
    assert "lacks nothing" not in advice["architecture"].because
    assert "`timeout: 2h` would mend it" in advice["architecture"].because


def test_a_name_beside_others_that_stands_for_no_machine_of_the_job():
    (found,) = [f for f in decided(job(1, instances=("g5", "c5"))).findings if f.level == "warning"]
    assert found.slug == "no-type-fits"
    assert "0 GPUs" in found.message and "`c5`" in (found.hint or "")


def test_nothing_is_weighed_where_no_machine_is_left():
    found = decided(job(1, instances=("p3",)))
    assert found.advice == ()
    (error,) = found.findings
    assert error.fix is not None and error.fix.value == "[g5, g6, g6e]"
