"""Input channels as a job sees them: files, read-only files, streams; and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from awsml.backends.local import staging
from awsml.errors import AwsmlError
from tests.backends.local.conftest import Workshop, channel, shell

LIST = "cd /opt/ml/input/data; find . -type f | sort | xargs -r head -v -n1 | grep -v '^$'"
TWO_HOSTS = {"InstanceType": "ml.m5.large", "InstanceCount": 2}


def put_train(workshop: Workshop) -> None:
    for name in ("a.csv", "b/c.csv", "b/d.csv"):
        workshop.put(f"s3://data/train/{name}", name.encode())


@pytest.mark.parametrize("mode", ["File", "FastFile"])
def test_a_prefix_becomes_files_with_relative_names(workshop: Workshop, mode: str) -> None:
    put_train(workshop)
    workshop.put("s3://data/other", b"no")
    params = workshop.command(
        *shell("cd input/data/train; find . -type f -o -type l | sort; cat a.csv"),
        InputDataConfig=[channel("train", "s3://data/train/", mode)],
    )
    assert workshop.run(params).printed == ["./a.csv", "./b/c.csv", "./b/d.csv", "a.csv"]


def test_sharding_gives_each_host_a_share(workshop: Workshop) -> None:
    put_train(workshop)
    sharded = channel(
        "train", "s3://data/train/", source={"S3DataDistributionType": "ShardedByS3Key"}
    )
    params = workshop.command(
        *shell("cd input/data/train; find . -type f"),
        InputDataConfig=[sharded],
        ResourceConfig=TWO_HOSTS,
    )
    done = workshop.run(params)
    assert sorted(done.printed) == ["./a.csv", "./b/c.csv", "./b/d.csv"]
    hosts = {event.stream for event in done.events if type(event).__name__ == "LogLine"}  # type: ignore[union-attr]
    assert hosts == {"algo-1", "algo-2"}


def test_a_manifest_names_the_objects(workshop: Workshop) -> None:
    put_train(workshop)
    names = [{"prefix": "s3://data/train/"}, "a.csv", "b/d.csv"]
    workshop.put("s3://data/m.json", json.dumps(names).encode())
    listed = channel("train", "s3://data/m.json", source={"S3DataType": "ManifestFile"})
    params = workshop.command(
        *shell("cd input/data/train; find . -type f | sort"), InputDataConfig=[listed]
    )
    assert workshop.run(params).printed == ["./a.csv", "./b/d.csv"]


def test_a_local_folder_or_file_is_a_channel_too(workshop: Workshop) -> None:
    folder = workshop.root / "my data"
    folder.mkdir()
    (folder / "x.txt").write_text("x\n")
    params = workshop.command(
        *shell("cat input/data/all/x.txt input/data/one/x.txt"),
        InputDataConfig=[
            channel("all", folder.as_uri()),
            channel("one", (folder / "x.txt").as_uri()),
        ],
    )
    assert workshop.run(params).printed == ["x", "x"]


WRITES = shell("echo new > input/data/train/a.csv && cat input/data/train/a.csv")


def test_file_mode_lets_a_script_change_its_copy(workshop: Workshop) -> None:
    put_train(workshop)
    params = workshop.command(*WRITES, InputDataConfig=[channel("train", "s3://data/train/")])
    assert workshop.run(params).printed == ["new"]
    assert workshop.got("s3://data/train/a.csv") == b"a.csv"


@pytest.mark.parametrize("mode", ["File", "FastFile"])
def test_links_can_never_be_written_through(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(staging, "_COPIED_BYTES", 1)
    put_train(workshop)
    params = workshop.command(*WRITES, InputDataConfig=[channel("train", "s3://data/train/", mode)])
    done = workshop.run(params)
    assert done.end.status == "Failed"
    assert "Read-only file system" in done.printed[0]
    assert workshop.got("s3://data/train/a.csv") == b"a.csv"
    assert bool([n for n in done.notes("differs") if "linked" in n]) == (mode == "File")


def test_pipe_streams_epoch_after_epoch(workshop: Workshop) -> None:
    put_train(workshop)
    read = "for i in 0 1 2; do cat input/data/train_$i; echo; done; test ! -e input/data/train"
    params = workshop.command(
        *shell(read), InputDataConfig=[channel("train", "s3://data/train/", "Pipe")]
    )
    done = workshop.run(params)
    assert done.printed == ["a.csvb/c.csvb/d.csv"] * 3
    assert done.end.status == "Completed"
    assert not list((done.tree() / "input" / "data").iterdir()), "no FIFO is left"


def test_data_that_vanishes_ends_a_streaming_job(workshop: Workshop) -> None:
    put_train(workshop)
    (workshop.objects.path("data", "train/b/c.csv")).chmod(0o000)
    names = [{"prefix": "s3://data/train/"}, "a.csv", "gone.csv"]
    workshop.put("s3://data/m.json", json.dumps(names).encode())
    streamed = channel("train", "s3://data/m.json", "Pipe", source={"S3DataType": "ManifestFile"})
    params = workshop.command(
        *shell("cat input/data/train_0; sleep 30"), InputDataConfig=[streamed]
    )
    with pytest.raises(AwsmlError, match=r"gone\.csv"):
        workshop.run(params)
    assert type(workshop.events[-1]).__name__ == "Finished"


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("s3://nowhere/train/", "there is no bucket `nowhere`"),
        ("s3://data/nothing/", "no object has the prefix s3://data/nothing/"),
        ("file:///nowhere/at/all", "there is nothing at /nowhere/at/all"),
        ("http://example.com/x", "is no s3:// address"),
    ],
)
@pytest.mark.parametrize("mode", ["File", "FastFile", "Pipe"])
def test_a_channel_without_data_is_refused(
    workshop: Workshop, uri: str, message: str, mode: str
) -> None:
    put_train(workshop)
    params = workshop.command("true", InputDataConfig=[channel("train", uri, mode)])
    with pytest.raises(AwsmlError, match=message):
        workshop.run(params)
    assert workshop.events[-1].status == "Failed"  # type: ignore[union-attr]


def test_a_file_system_of_aws_is_refused(workshop: Workshop) -> None:
    source = {"FileSystemDataSource": {"FileSystemId": "fs-1", "DirectoryPath": "/d"}}
    params = workshop.command(
        "true", InputDataConfig=[{"ChannelName": "train", "DataSource": source}]
    )
    with pytest.raises(AwsmlError, match="file system of AWS"):
        workshop.run(params)


@pytest.mark.parametrize(
    "key", ["train/../../../outside", "train/a/../../../outside", "train//abs"]
)
def test_keys_cannot_leave_the_channel(workshop: Workshop, tmp_path: Path, key: str) -> None:
    workshop.put(f"s3://data/{key}", b"x")
    params = workshop.command("true", InputDataConfig=[channel("train", "s3://data/train/")])
    with pytest.raises(AwsmlError, match="cannot be a file"):
        workshop.run(params)
    found = [path for path in tmp_path.rglob("outside") if "s3" not in path.parts]
    assert not found


def test_checkpoint_keys_cannot_leave_their_folder(workshop: Workshop, tmp_path: Path) -> None:
    workshop.put("s3://results/ckpt/../../../../outside", b"x")
    workshop.put("s3://results/ckpt/inside", b"x")
    params = workshop.command(
        *shell("ls checkpoints"), CheckpointConfig={"S3Uri": "s3://results/ckpt/"}
    )
    assert workshop.run(params).printed == ["inside"]
    assert not (tmp_path / "outside").exists()


def test_code_archives_cannot_leave_their_folder(workshop: Workshop, tmp_path: Path) -> None:
    import io
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("../../../outside")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    workshop.put("s3://data/code.tar.gz", packed.getvalue())
    params = workshop.request("pass")
    params["HyperParameters"]["sagemaker_submit_directory"] = '"s3://data/code.tar.gz"'
    with pytest.raises(AwsmlError, match="cannot be unpacked"):
        workshop.run(params)
    assert not list(tmp_path.rglob("outside"))


def test_code_comes_from_an_archive_as_well(workshop: Workshop) -> None:
    import io
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("train.py")
        member.size = len(b"print('packed')")
        tar.addfile(member, io.BytesIO(b"print('packed')"))
    workshop.put("s3://data/code.tar.gz", packed.getvalue())
    params = workshop.request("pass")
    params["HyperParameters"]["sagemaker_submit_directory"] = '"s3://data/code.tar.gz"'
    assert workshop.run(params).printed == ["packed"]


@pytest.mark.parametrize("mode", ["File", "FastFile", "Pipe"])
def test_channels_may_be_read_from_another_endpoint(
    workshop: Workshop, tmp_path: Path, mode: str
) -> None:
    from awsml.aws.session import Session
    from awsml.storage.embedded.folder import ObjectFolder
    from awsml.storage.remote import remote_store
    from awsml.storage.server.server import ObjectServer

    far = ObjectFolder(tmp_path / "far")
    far.create_bucket("there")
    far.put("there", "train/a", b"from afar\n")
    with ObjectServer(far) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "x")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        session = Session(None, "us-east-1", server.url)
        params = workshop.command(
            *shell("cat input/data/train_0 || cat input/data/train/a"),
            InputDataConfig=[channel("train", "s3://there/train/", mode)],
        )
        done = workshop.run(params, elsewhere=lambda: remote_store(session))
    assert "from afar" in done.printed
    assert done.end.status == "Completed"


@pytest.mark.parametrize("kind", ["throttle", "reset"])
@pytest.mark.parametrize("mode", ["File", "Pipe"])
def test_an_endpoint_that_throttles_or_breaks_off_is_asked_again(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mode: str
) -> None:
    from awsml.aws.session import Session
    from awsml.storage.embedded.folder import ObjectFolder
    from awsml.storage.remote import remote_store
    from awsml.storage.server.conditions import Conditions, Fault
    from awsml.storage.server.server import ObjectServer

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    far = ObjectFolder(tmp_path / "far")
    far.create_bucket("there")
    far.put("there", "train/a", b"whole\n" * 20_000)
    weather = Conditions(faults=(Fault(kind, "GET", "train/", 1),))
    with ObjectServer(far, conditions=weather) as server:
        session = Session(None, "us-east-1", server.url)
        params = workshop.command(
            *shell("cat input/data/train_0 input/data/train/a 2>/dev/null | wc -c"),
            InputDataConfig=[channel("train", "s3://there/train/", mode)],
        )
        done = workshop.run(params, elsewhere=lambda: remote_store(session))
    assert done.printed == ["120000"], done.end.reason
