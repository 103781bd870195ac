"""Code and small data in S3: the same content is the same key and is sent once."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from awsml.backends.aws.backend import AwsBackend
from awsml.backends.aws.bundle import read_tree, write_archive
from awsml.backends.aws.uploads import ensure_bucket, uploads_of
from awsml.errors import BackendError, UsageError
from awsml.events import Note, Progress
from awsml.plan import Call, Plan, Ref, Text
from awsml.store.run import Draft
from tests.backends.aws.conftest import request
from tests.fake_aws import s3
from tests.fake_aws.world import Refusal, World

BUCKET = "sagemaker-us-east-1-111122223333"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "pkg").mkdir(parents=True)
    (folder / "train.py").write_text("print('hello')\n")
    (folder / "pkg" / "model.py").write_text("WEIGHT = 1\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "train.pyc").write_bytes(b"x")
    return folder


def plan(*refs: Ref) -> Plan:
    where = {ref.name: Text(('"', ref, '"')) for ref in refs}
    call = Call("sagemaker", "CreateTrainingJob", request(HyperParameters=where))
    return Plan("training", "demo", (call,))


def start(backend: AwsBackend, *refs: Ref) -> list[object]:
    run = backend.store.create(Draft("training", "demo", "aws"))
    return list(backend.start(run, plan(*refs), uploads_of(plan(*refs).calls)))


def archive_of(folder: Path, to: Path) -> bytes:
    with to.open("wb") as archive:
        write_archive(read_tree(folder), archive)
    return to.read_bytes()


def test_nothing_with_a_name_is_written_to_send_code(
    backend: AwsBackend, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever had one would stay there when awsml is killed."""
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    start(backend, Ref("code", str(code)))


def test_an_archive_depends_on_content_alone(code: Path, tmp_path: Path) -> None:
    first = archive_of(code, tmp_path / "a.tar.gz")
    os.utime(code / "train.py", (1, 1))
    (code / "new").write_text("x")
    (code / "new").unlink()
    assert archive_of(code, tmp_path / "b.tar.gz") == first


def test_an_archive_holds_the_files_and_no_leavings(code: Path, tmp_path: Path) -> None:
    content = archive_of(code, tmp_path / "a.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert tar.getnames() == ["pkg/model.py", "train.py"]
        assert {member.uid for member in tar.getmembers()} == {0}


@pytest.mark.parametrize("change", ["content", "name", "mode"])
def test_any_change_is_another_digest(code: Path, change: str) -> None:
    before = read_tree(code).digest
    if change == "content":
        (code / "train.py").write_text("print('bye')\n")
    elif change == "name":
        (code / "train.py").rename(code / "run.py")
    else:
        (code / "train.py").chmod(0o755)
    assert read_tree(code).digest != before


def test_code_is_sent_once_and_named_in_the_request(
    backend: AwsBackend, world: World, code: Path
) -> None:
    ref = Ref("code", str(code))
    assert any(isinstance(event, Progress) for event in start(backend, ref))
    again = start(backend, ref)
    assert any(isinstance(e, Note) and e.text.startswith("code unchanged") for e in again)
    assert len(world.journal.accepted("PutObject")) == 1
    sent = world.journal.accepted("CreateTrainingJob")[0]["params"]["HyperParameters"]["code"]
    digest = read_tree(code).digest
    assert sent == f'"s3://{BUCKET}/awsml/code/{digest}/sourcedir.tar.gz"'


def test_of_data_only_what_is_missing_is_sent(
    backend: AwsBackend, world: World, code: Path
) -> None:
    ref = Ref("data:train", str(code))
    start(backend, ref)
    bucket = world.get("", s3.BUCKET, BUCKET)
    assert bucket is not None
    lost = next(key for key in bucket["objects"] if key.endswith("model.py"))
    del bucket["objects"][lost]
    start(backend, ref)
    sent = [entry["params"]["Key"] for entry in world.journal.accepted("PutObject")]
    assert len(sent) == 3
    assert sent[-1] == lost


def test_a_single_file_is_a_prefix_with_one_object(
    backend: AwsBackend, world: World, code: Path
) -> None:
    start(backend, Ref("data:train", str(code / "train.py")))
    key = world.journal.accepted("PutObject")[0]["params"]["Key"]
    assert key.endswith("/train.py")
    where = world.journal.accepted("CreateTrainingJob")[0]["params"]["HyperParameters"]
    assert f"s3://{BUCKET}/{key}".startswith(where["data:train"].strip('"'))


def test_what_would_be_uploaded_is_told_in_bytes(code: Path) -> None:
    (upload,) = uploads_of(plan(Ref("data:train", str(code))).calls)
    assert str(upload) == f"data:train {code}: 2 files, 26 B"


def test_a_bucket_of_another_account_is_not_used(backend: AwsBackend, world: World) -> None:
    world.fail("HeadBucket", Refusal("403", "Forbidden", 403))
    with pytest.raises(BackendError):
        list(ensure_bucket(backend.aws, BUCKET))
    assert world.journal.calls("CreateBucket") == []


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_to_upload_is_said_before_anything_is_sent(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        uploads_of(plan(Ref("code", str(tmp_path / name))).calls)


def test_a_link_to_a_folder_is_not_lost_silently(code: Path, tmp_path: Path) -> None:
    (code / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="link to a folder"):
        read_tree(code)
