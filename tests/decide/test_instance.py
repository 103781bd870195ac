"""Other instance types: what they cost, and the rate at which each would pay."""

import re
from dataclasses import replace

import pytest

from awsml import catalog
from tests.decide.jobs import decided, rows, script

JOB = replace(
    script(instance="ml.g5.2xlarge", data={"size_bytes": 54e9, "objects": 500}),
    epochs=10,
    samples=1.2e6,
    samples_per_second=900,
)


def about_instance(workload):
    return next(a for a in decided(workload).advice if a.subject == "instance")


def test_each_candidate_names_the_rate_at_which_it_pays():
    found = rows(about_instance(JOB))
    here = catalog.price("training", "ml.g5.2xlarge", "us-east-1").usd
    there = catalog.price("training", "ml.g6.2xlarge", "us-east-1").usd
    why = found["ml.g6.2xlarge"].why
    rate = float(re.search(r"pays above ([\d,.]+) samples/s", why).group(1).replace(",", ""))
    assert rate == pytest.approx(900 * float(there / here), rel=0.01)


def test_candidates_have_as_many_gpus_with_no_less_memory():
    for option in rows(about_instance(JOB)):
        one = catalog.instance(option)
        assert one.gpus == 1
        assert one.accelerator_gib >= 23


def test_a_saving_that_cannot_be_known_says_what_would_tell():
    advice = about_instance(JOB)
    assert advice.saves_usd.expected is None
    assert "samples_per_second on ml." in advice.saves_usd.missing[0]


def test_a_type_whose_cores_cannot_decode_fast_enough_is_worse():
    heavy = replace(JOB, megapixels_per_sample=2.0)
    found = rows(about_instance(heavy))
    assert found["ml.g6.xlarge"].verdict == "worse"
    assert "decode at most" in found["ml.g6.xlarge"].why


def test_a_retired_type_is_left_for_one_that_exists():
    advice = about_instance(replace(JOB, instance="ml.p3.2xlarge"))
    assert advice.recommend.startswith("move to ml.")
    assert rows(advice)["ml.p3.2xlarge"].verdict == "impossible"
    assert "retired" in advice.because


def test_retired_types_are_never_offered():
    for option, row in rows(about_instance(replace(JOB, instance="ml.g4dn.xlarge"))).items():
        assert not catalog.instance(option).retired, row


def test_auto_takes_the_cheapest_that_can_do_it():
    choice = decided(replace(JOB, instance=None, image="pytorch")).choices["compute.instance"]
    one = catalog.instance(choice.value)
    assert one.gpus == 1 and not one.retired
    assert "us-east-1" in choice.because


def test_auto_for_a_library_without_gpus_takes_processors():
    job = replace(JOB, instance=None, image="sklearn")
    assert catalog.instance(decided(job).choices["compute.instance"].value).accelerators == 0


def test_auto_for_an_algorithm_keeps_to_the_families_of_its_guide():
    job = replace(JOB, instance=None, image=None, algorithm="image-classification")
    choice = decided(job).choices["compute.instance"]
    families = catalog.algorithm("image-classification").training_families
    assert catalog.instance(choice.value).family in families


def test_without_a_region_no_price_is_borrowed():
    from awsml.decide.decision import Grounds
    from awsml.decide.training.decide import decide

    decision = decide(None, replace(JOB, region=None), Grounds(None))
    assert [a.subject for a in decision.advice if a.subject == "instance"] == []
    assert decision.cost.usd.expected is None
    assert decision.time.by_input_mode["file"]["usd"].expected is None
    assert decision.time.by_input_mode["file"]["billed_seconds"].expected is not None


def test_fallbacks_are_offered_cheapest_first_and_not_beside_spot():
    (fix,) = about_instance(JOB).fixes
    names = fix.value.strip("[]").split(", ")
    prices = [catalog.price("training", name, "us-east-1").usd for name in names]
    assert prices == sorted(prices)
    from awsml.workload.training import SpotTerms

    assert about_instance(replace(JOB, spot=SpotTerms(checkpoints=True))).fixes == ()


def test_fallbacks_in_another_order_are_said_with_their_prices():
    listed = replace(JOB, fallback=("ml.g6.4xlarge", "ml.g6.2xlarge"))
    (note,) = [n for n in about_instance(listed).notes if "cheap to dear" in n]
    assert note.index("ml.g6.2xlarge") < note.index("ml.g6.4xlarge")


def test_a_type_on_which_the_job_has_run_is_compared_in_dollars():
    from awsml.basis import Basis, Estimate
    from awsml.decide.decision import Grounds
    from awsml.decide.training.decide import decide

    here = decided(JOB).cost.usd.expected

    def asked(hours):
        took = {"ml.g6.xlarge": Estimate.exact(hours * 3600, "s", Basis.MEASURED)}
        decision = decide(None, JOB, Grounds("us-east-1", elsewhere=took))
        return next(a for a in decision.advice if a.subject == "instance")

    fast, slow = asked(4.0), asked(8.0)
    assert fast.recommend == "move to ml.g6.xlarge"
    assert fast.saves_usd.expected == pytest.approx(here - 4 * 1.127, abs=0.02)
    assert rows(slow)["ml.g6.xlarge"].verdict == "worse"
    assert slow.saves_usd.expected is None


def test_a_limited_type_without_an_equal_names_what_aws_names():
    """No type with 8 x 32 GiB is left in the families of the algorithm's guide."""
    job = replace(JOB, instance="ml.p3dn.24xlarge", image=None, algorithm="object-detection")
    advice = about_instance(job)
    assert advice.recommend == "measure one epoch on ml.g5.48xlarge"
    assert "8 x A10G 24 GiB" in rows(advice)["ml.g5.48xlarge"].why
    assert any("offered in us-east-1" in note for note in advice.notes)
