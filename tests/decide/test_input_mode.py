"""The question of the input mode: its four options as numbers, and what turns the answer."""

import re
from dataclasses import replace

import pytest

from tests.decide.jobs import ASKED, decided, mode_advice, rows, script

IMAGES = {"size_bytes": 1.08e9, "objects": 30_607}


def with_data(workload, **changes):
    (channel,) = workload.channels
    return replace(workload, channels=(replace(channel, **changes),))


def test_pipe_is_the_best_of_the_four_options_that_were_asked_about():
    advice = mode_advice(ASKED)
    assert advice.recommend == "read with pipe"
    assert rows(advice)["pipe"].verdict == "chosen"
    for option in ("file, volume 500 GiB", "file, volume 334 GiB", "file on ml.m5.12xlarge"):
        assert rows(advice)[option].verdict == "worse", option


def test_every_row_rests_on_a_computed_number():
    for alternative in mode_advice(ASKED).alternatives:
        assert re.search(r"\d", alternative.why), alternative
        assert alternative.seconds.known, alternative.option
        assert alternative.usd.known, alternative.option


def test_a_volume_beyond_334_gib_copies_no_faster():
    found = rows(mode_advice(ASKED))
    at_top, beyond = found["file, volume 334 GiB"], found["file, volume 500 GiB"]
    assert at_top.seconds == beyond.seconds
    assert at_top.seconds.expected < found["file"].seconds.expected
    (note,) = [note for note in mode_advice(ASKED).notes if note.startswith("gp2")]
    assert "not proportional to size" in note
    assert "no volume removes it" in note


def test_a_volume_helps_no_more_than_the_ebs_limit_of_the_instance():
    small = script(
        mode="file",
        volume_gib=100,
        instance="ml.m5.xlarge",
        data={"size_bytes": 2e12, "objects": 20_000},
        compute_seconds=600,
    )
    wide = replace(small, instance="ml.m5.4xlarge")
    gains = []
    for job in (replace(small, volume_gib=2100), replace(wide, volume_gib=2100)):
        gains.append(decided(job).time.by_input_mode["file"]["download_seconds"].expected)
    assert gains[0] > 1.5 * gains[1]


def test_start_falls_from_about_eleven_minutes_to_one_and_a_half():
    modes = decided(ASKED).time.by_input_mode
    provision = decided(ASKED).time.phases[0].seconds.expected
    file, pipe = (modes[mode]["start_seconds"].expected - provision for mode in ("file", "pipe"))
    assert file / 60 == pytest.approx(11.5, rel=0.10)
    assert pipe / 60 == pytest.approx(1.5, rel=0.10)


def test_the_published_saving_of_35_percent_holds_at_the_compute_time_that_the_note_names():
    (note,) = [note for note in mode_advice(ASKED).notes if "published: up to 35 %" in note]
    minutes, seconds = re.search(r"holds at (\d+)m (\d+)s", note).groups()
    there = replace(ASKED, compute_seconds=int(minutes) * 60 + int(seconds))
    modes = decided(there).time.by_input_mode
    file, pipe = (modes[mode]["billed_seconds"].expected for mode in ("file", "pipe"))
    assert 1 - pipe / file == pytest.approx(0.35, abs=0.002)


def test_a_compute_bound_job_saves_far_less_than_35_percent_and_an_io_bound_one_more():
    def saving(compute):
        modes = decided(replace(ASKED, compute_seconds=compute)).time.by_input_mode
        file, pipe = (modes[mode]["billed_seconds"].expected for mode in ("file", "pipe"))
        return 1 - pipe / file

    assert saving(20 * 3600) < 0.01
    assert saving(60) > 0.5


def test_io_from_s3_is_at_least_twice_that_of_the_small_volume():
    (note,) = [note for note in mode_advice(ASKED).notes if note.startswith("I/O")]
    assert float(re.search(r"([\d.]+) times", note).group(1)) >= 2


class TestWhatTurnsTheAnswer:
    """Each input that makes the answer to the question the wrong one."""

    def test_little_data_makes_it_a_tie(self):
        found = rows(mode_advice(with_data(ASKED, size_bytes=1e8, objects=1)))
        assert found["file"].verdict in ("chosen", "equal")

    def test_an_algorithm_without_pipe_cannot_take_it(self):
        advice = mode_advice(replace(ASKED, algorithm="object2vec"))
        assert rows(advice)["pipe"].verdict == "impossible"
        # AWS says that what reads File reads FastFile; the page of an algorithm does not list it.
        assert (
            "read with fastfile, if this can change: the guide of object2vec names file only"
            in (advice.recommend)
        )

    def test_auto_keeps_an_algorithm_to_the_modes_of_its_page(self):
        job = with_data(replace(ASKED, algorithm="object2vec"), mode="auto", reads="files")
        assert decided(job).choices["inputs.train.mode"].value == "file"

    def test_random_reads_cannot_come_from_a_pipe(self):
        job = replace(ASKED, algorithm=None)
        found = rows(mode_advice(with_data(job, access="random")))
        assert found["pipe"].verdict == "impossible"

    def test_many_tiny_files_over_several_epochs_are_better_copied(self):
        job = script(
            mode="fastfile",
            data=IMAGES,
            volume_gib=500,
            epochs=10,
            samples=30_607,
            samples_per_second=330,
            loader_workers=8,
        )
        advice = mode_advice(job)
        assert advice.recommend == "read with file"
        assert advice.saves_seconds.expected > 600

    def test_one_epoch_of_large_shards_is_better_streamed(self):
        job = script(mode="file", data={"size_bytes": 54e9, "objects": 500}, volume_gib=500)
        job = replace(job, epochs=1, samples=1.5e6, samples_per_second=2000)
        assert mode_advice(job).recommend == "read with fastfile"

    def test_data_larger_than_any_volume_cannot_be_copied(self):
        job = with_data(replace(ASKED, volume_gib=16_384), size_bytes=20e12, objects=200_000)
        found = rows(mode_advice(job))
        assert found["file"].verdict == "impossible"
        assert "20 TB do not fit" in found["file"].why

    def test_a_manifest_cannot_be_read_with_fastfile(self):
        job = with_data(replace(ASKED, algorithm=None), manifest=True, reads="files")
        assert rows(mode_advice(job))["fastfile"].verdict == "impossible"


class TestFlips:
    """A sentence about a flip has to be true at the value it names."""

    def job(self, epochs):
        return script(
            mode="auto",
            data=IMAGES,
            volume_gib=500,
            epochs=epochs,
            samples=30_607,
            samples_per_second=330,
            loader_workers=8,
        )

    def test_file_overtakes_fastfile_at_the_epochs_that_the_note_names(self):
        (note,) = [n for n in mode_advice(self.job(1)).notes if n.endswith("epochs")]
        value = float(re.search(r"from ([\d.]+) epochs", note).group(1))
        before, after = (decided(self.job(value + d)) for d in (-0.2, 0.2))
        choice = "inputs.train.mode"
        assert before.choices[choice].value == "fastfile"
        assert after.choices[choice].value == "file"

    def test_a_job_that_no_input_can_turn_names_no_flip(self):
        asked_far = with_data(replace(ASKED, compute_seconds=1e6), size_bytes=1e6, objects=1)
        notes = mode_advice(asked_far).notes
        assert not [note for note in notes if "epochs" in note]


class TestAuto:
    """`auto` never breaks a script."""

    def test_a_script_that_opens_files_never_gets_a_pipe(self):
        for objects in (10, 10**6):
            job = script(data={"size_bytes": 5e9, "objects": objects}, compute_seconds=60)
            assert decided(job).choices["inputs.train.mode"].value in ("file", "fastfile")

    def test_a_script_that_reads_a_stream_gets_a_pipe(self):
        job = script(data={"size_bytes": 5e9, "objects": 10, "reads": "stream"})
        assert decided(job).choices["inputs.train.mode"].value == "pipe"

    def test_a_tie_goes_to_fastfile_for_files(self):
        job = script(data={"size_bytes": 1e6, "objects": 1}, compute_seconds=3600)
        assert decided(job).choices["inputs.train.mode"].value == "fastfile"

    def test_a_tie_goes_to_pipe_for_an_algorithm_that_reads_streams(self):
        job = with_data(ASKED, size_bytes=1e6, objects=1, mode="auto")
        assert decided(job).choices["inputs.train.mode"].value == "pipe"

    def test_unknown_data_is_said_and_never_guessed(self):
        decision = decided(script())
        assert "data.size" in decision.choices["inputs.train.mode"].because
        assert mode_advice(script()).saves_seconds.expected is None
        assert "awsml data probe" in mode_advice(script()).recommend

    def test_only_a_pipe_reads_an_augmented_manifest(self):
        job = script(data={"size_bytes": 1e9, "objects": 1, "reads": "both", "augmented": True})
        assert decided(job).choices["inputs.train.mode"].value == "pipe"

    def test_compressed_objects_are_only_unpacked_by_a_pipe(self):
        job = script(data={"size_bytes": 1e9, "objects": 1, "reads": "both", "compressed": True})
        assert decided(job).choices["inputs.train.mode"].value == "pipe"

    def test_each_channel_is_decided_on_its_own(self):
        job = script(data={"size_bytes": 50e9, "objects": 500}, compute_seconds=600)
        second = replace(job.channels[0], name="lists", reads="stream")
        choices = decided(replace(job, channels=(*job.channels, second))).choices
        assert choices["inputs.train.mode"].value == "fastfile"
        assert choices["inputs.lists.mode"].value == "pipe"

    def test_a_file_system_is_left_alone(self):
        job = script(data={"file_system": "fsx"})
        decision = decided(job)
        assert "inputs.train.mode" not in decision.choices
        assert decision.time.by_input_mode == {}


class TestVolume:
    """A volume left open is made large enough, and fast where that pays."""

    def test_a_copy_fits_the_chosen_volume(self):
        job = script(mode="file", data={"size_bytes": 600e9, "objects": 6000}, compute_seconds=60)
        assert decided(job).choices["compute.volume"].value * 2**30 > 600e9

    def test_a_copy_that_gains_minutes_gets_the_fast_volume(self):
        job = script(mode="file", data={"size_bytes": 78e9, "objects": 780}, compute_seconds=600)
        assert decided(job).choices["compute.volume"].value == 334

    def test_a_stream_gets_the_smallest(self):
        job = script(mode="fastfile", data={"size_bytes": 78e9, "objects": 780})
        assert decided(job).choices["compute.volume"].value == 30

    def test_a_machine_with_its_own_disk_gets_none(self):
        job = script(mode="file", instance="ml.g5.2xlarge", data={"size_bytes": 78e9})
        assert "compute.volume" not in decided(job).choices


def test_a_tensorflow_script_hears_where_the_reader_of_pipes_ends():
    job = script(mode="file", data={"size_bytes": 54e9, "objects": 500}, image="tensorflow")
    assert "ends at TensorFlow 2.14" in rows(mode_advice(job))["pipe"].why
    assert "TensorFlow" not in rows(mode_advice(replace(job, image="pytorch")))["pipe"].why


def test_channels_in_modes_of_their_own_are_a_way_beside_the_plain_ones():
    job = script(data={"size_bytes": 50e9, "objects": 500}, compute_seconds=600)
    lists = replace(job.channels[0], name="lists", reads="stream", size_bytes=1e9)
    advice = mode_advice(replace(job, channels=(*job.channels, lists)))
    assert advice.recommend == "keep each its own"
    assert rows(advice)["each its own"].verdict == "chosen"
    assert rows(advice)["pipe"].verdict in ("equal", "unknown", "worse")
