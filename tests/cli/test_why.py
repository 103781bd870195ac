"""`awsml why` after runs that awsml itself could not carry out."""

import json


def wrong(tmp_path, old, new):
    (file,) = tmp_path.glob("*.yaml")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_hint_of_an_error_is_kept_with_its_run(awsml, tmp_path):
    awsml("init", "training")
    script, good = tmp_path / "src/train.py", (tmp_path / "src/train.py").read_bytes()
    script.write_text("raise SystemExit(1)")
    assert awsml("train").code == 1
    script.unlink()
    ran = awsml("train", "--resume", "last")
    assert ran.code == 3 and "set `code.entry` to a file that is there" in ran.err
    told = awsml("why").out
    assert "set `code.entry` to a file that is there" in told and "does not know" not in told
    (because,) = json.loads(awsml("why", "-o", "json").out)["because"]
    assert because["id"] == "entry-point-missing"
    script.write_bytes(good)
    assert awsml("train", "--resume", "last").code == 0
    run = json.loads(awsml("status", "-o", "json").out)["run"]
    assert run["status"] == "Completed" and "error" not in run["figures"]


def test_a_source_that_is_not_there_is_said_before_the_job_looks_for_it(awsml, tmp_path):
    awsml("init", "batch")
    wrong(tmp_path, "dir: ./src", "dir: ./scr")
    ran = awsml("batch", "submit")
    assert ran.code == 3 and "set `source.dir`" in ran.err and "cannot stat" not in ran.err
    assert not (tmp_path / ".awsml/runs.db").exists()


def test_what_the_wrapper_of_a_job_says_is_known(awsml, tmp_path):
    text = "echo awsml: cannot fetch git@x:y at main after 3 tries; exit 72"
    (tmp_path / "job.yaml").write_text(
        "kind: batch\nname: job\nimage: {uri: example.com/image@sha256:0123}\n"
        f"command: [sh, -c, '{text}']\n"
    )
    assert awsml("batch", "submit").code == 1
    told = json.loads(awsml("why", "-o", "json").out)
    assert [each["id"] for each in told["because"]] == ["source-not-fetched", "essential-exited"]
    assert f"awsml logs {told['run']} --tail 50" in told["because"][1]["hint"]
