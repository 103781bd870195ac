"""The object store seen through boto3: the calls, the order of keys, and the refusals."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import Conditions, Fault, ObjectServer
from tests.storage.conftest import client_of

MIB = 2**20


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def keys_of(answer: dict[str, Any]) -> list[str]:
    return [found["Key"] for found in answer.get("Contents", [])]


def test_what_is_put_is_got_back_with_its_type_and_metadata(s3: Any) -> None:
    put = s3.put_object(
        Bucket="data",
        Key="a/b c+ü.txt",
        Body=b"hello",
        ContentType="text/x",
        ContentEncoding="br",
        Metadata={"who": "me"},
    )
    got = s3.get_object(Bucket="data", Key="a/b c+ü.txt")
    assert got["Body"].read() == b"hello"
    assert (got["ContentType"], got["ContentEncoding"]) == ("text/x", "br")
    assert got["Metadata"] == {"who": "me"}
    assert put["ETag"] == got["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'


@pytest.mark.parametrize(
    ("asked", "expected", "shown"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-100", b"56789", "bytes 5-9/10"),
        ("bytes=-100", b"0123456789", "bytes 0-9/10"),
    ],
)
def test_a_range_is_what_s3_gives(s3: Any, asked: str, expected: bytes, shown: str) -> None:
    s3.put_object(Bucket="data", Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket="data", Key="k", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (got["Body"].read(), got["ContentRange"]) == (expected, shown)


def test_a_range_past_the_end_is_refused(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="k", Body=b"0123456789")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket="data", Key="k", Range="bytes=10-")
    assert code_of(error) == "InvalidRange"


def test_pages_of_keys_come_in_the_order_of_their_bytes(s3: Any) -> None:
    keys = ["a", "a-b", "a/", "a/b", "a/b/c", "a//x", "a0", "a/z" * 80, "é", "zz" * 300, "..", "."]
    for key in keys:
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="data", PaginationConfig={"PageSize": 3}
    )
    listed = [key for page in pages for key in keys_of(page)]
    assert listed == sorted(keys, key=str.encode)


def test_a_delimiter_rolls_keys_up_page_by_page(s3: Any) -> None:
    for key in ["p/1", "p/a/1", "p/a/2", "p/b/1", "p/c", "q/1"]:
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    seen: list[str] = []
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket="data", Prefix="p/", Delimiter="/", PaginationConfig={"PageSize": 1}
    ):
        assert page["KeyCount"] == 1
        seen += keys_of(page) + [found["Prefix"] for found in page.get("CommonPrefixes", [])]
    assert seen == ["p/1", "p/a/", "p/b/", "p/c"]


def test_a_partial_prefix_and_another_delimiter_work(s3: Any) -> None:
    for key in ["train-1/a", "train-1/b", "train-2/a", "tra", "u"]:
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    answer = s3.list_objects_v2(Bucket="data", Prefix="tra", Delimiter="-")
    assert keys_of(answer) == ["tra"]
    assert answer["CommonPrefixes"] == [{"Prefix": "train-"}]
    listed = s3.list_objects_v2(Bucket="data", Prefix="train-", StartAfter="train-1/a")
    assert keys_of(listed) == ["train-1/b", "train-2/a"]


def test_version_1_of_the_list_still_pages(s3: Any) -> None:
    for key in ["a", "b/1", "b/2", "c"]:
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects").paginate(
        Bucket="data", PaginationConfig={"PageSize": 1}
    )
    assert [key for page in pages for key in keys_of(page)] == ["a", "b/1", "b/2", "c"]


def test_managed_transfers_use_multipart_both_ways(s3: Any, tmp_path: Path) -> None:
    data = os.urandom(20 * MIB + 17)
    s3.upload_fileobj(io.BytesIO(data), "data", "big")
    s3.download_file("data", "big", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    assert s3.head_object(Bucket="data", Key="big")["ETag"].endswith('-3"')
    s3.copy({"Bucket": "data", "Key": "big"}, "data", "copies/big")
    assert s3.get_object(Bucket="data", Key="copies/big")["Body"].read() == data


def test_a_multipart_upload_checks_its_parts(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="data", Key="k")["UploadId"]
    part = {"Bucket": "data", "Key": "k", "UploadId": upload}
    first = s3.upload_part(PartNumber=1, Body=b"small", **part)["ETag"]
    second = s3.upload_part(PartNumber=2, Body=b"end", **part)["ETag"]
    assert [found["Size"] for found in s3.list_parts(**part)["Parts"]] == [5, 3]
    listed = s3.list_multipart_uploads(Bucket="data")["Uploads"]
    assert [found["UploadId"] for found in listed] == [upload]
    named = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    for parts, code in [
        (named, "EntityTooSmall"),
        (named[::-1], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": second}], "InvalidPart"),
    ]:
        with pytest.raises(ClientError) as error:
            s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **part)
        assert code_of(error) == code
    s3.abort_multipart_upload(**part)
    with pytest.raises(ClientError) as error:
        s3.list_parts(**part)
    assert code_of(error) == "NoSuchUpload"


def test_copies_keep_or_replace_metadata(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="a", Body=b"x", Metadata={"n": "1"})
    source = {"Bucket": "data", "Key": "a"}
    s3.copy_object(Bucket="data", Key="b", CopySource=source)
    s3.copy_object(
        Bucket="data", Key="c", CopySource=source, Metadata={"n": "2"}, MetadataDirective="REPLACE"
    )
    heads = [s3.head_object(Bucket="data", Key=key)["Metadata"] for key in ("b", "c")]
    assert heads == [{"n": "1"}, {"n": "2"}]


def test_deleting_one_or_many_leaves_nothing_behind(s3: Any, folder: ObjectFolder) -> None:
    for key in ["a", "a/b", "a/c"]:
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    s3.delete_object(Bucket="data", Key="a")
    s3.delete_object(Bucket="data", Key="never was")
    answer = s3.delete_objects(
        Bucket="data", Delete={"Objects": [{"Key": "a/b"}, {"Key": "a/c"}, {"Key": "gone"}]}
    )
    assert [found["Key"] for found in answer["Deleted"]] == ["a/b", "a/c", "gone"]
    assert [path for path in (folder.root / "data").rglob("*") if path.is_file()] == []


def test_buckets_are_made_listed_and_removed(s3: Any) -> None:
    s3.create_bucket(Bucket="other")
    assert [found["Name"] for found in s3.list_buckets()["Buckets"]] == ["data", "other"]
    assert s3.get_bucket_location(Bucket="other")["LocationConstraint"] is None
    s3.put_object(Bucket="other", Key="k", Body=b"x")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket="other")
    assert code_of(error) == "BucketNotEmpty"
    s3.delete_object(Bucket="other", Key="k")
    s3.delete_bucket(Bucket="other")
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket="other")
    assert code_of(error) == "404"


def test_missing_things_have_s3s_codes(s3: Any) -> None:
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="data", Key="none")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="nowhere")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(Bucket="nowhere", Key="k", Body=b"x" * MIB)
    with pytest.raises(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket="data")


def test_conditional_reads_and_writes(s3: Any) -> None:
    etag = s3.put_object(Bucket="data", Key="k", Body=b"one", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="data", Key="k", Body=b"two", IfNoneMatch="*")
    assert code_of(error) == "PreconditionFailed"
    s3.put_object(Bucket="data", Key="k", Body=b"two", IfMatch=etag)
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket="data", Key="k", IfMatch=etag)
    assert code_of(error) == "PreconditionFailed"


def test_a_wrong_digest_stores_nothing(s3: Any) -> None:
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="data", Key="k", Body=b"x", ChecksumCRC32="AAAAAA==")
    assert code_of(error) == "BadDigest"
    assert "Contents" not in s3.list_objects_v2(Bucket="data")


def test_subresources_that_are_not_here_never_touch_the_object(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="k", Body=b"x")
    with pytest.raises(ClientError) as error:
        s3.put_object_tagging(Bucket="data", Key="k", Tagging={"TagSet": []})
    assert code_of(error) == "NotImplemented"
    assert s3.get_object(Bucket="data", Key="k")["Body"].read() == b"x"


def test_a_presigned_address_needs_no_header(s3: Any) -> None:
    s3.put_object(Bucket="data", Key="k &?=", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "data", "Key": "k &?="})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"x"


def test_the_server_listens_on_loopback_only_and_leaves_nothing(
    folder: ObjectFolder,
) -> None:
    before = threading.active_count()
    with ObjectServer(folder) as server:
        idle = socket.create_connection(("127.0.0.1", server.port))
        client_of(server).list_buckets()
        assert server.url.startswith("http://127.0.0.1:")
    assert threading.active_count() == before
    assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_a_port_in_use_is_said(folder: ObjectFolder) -> None:
    from awsml.storage.errors import ObjectError

    with ObjectServer(folder) as server, pytest.raises(ObjectError, match="cannot listen"):
        ObjectServer(folder, port=server.port).start()


def test_throttling_and_resets_happen_as_often_as_asked(
    folder: ObjectFolder, serve: Callable[..., ObjectServer]
) -> None:
    folder.put("data", "k", b"x" * MIB)
    faults = (Fault("throttle"), Fault("reset"))
    client = client_of(serve(Conditions(faults=faults)), attempts=1)
    with pytest.raises(ClientError) as error:
        client.get_object(Bucket="data", Key="k")
    assert code_of(error) == "SlowDown"
    with pytest.raises(Exception, match=r"broken|reset|closed|Response ended|IncompleteRead"):
        client.get_object(Bucket="data", Key="k")["Body"].read()
    assert len(client.get_object(Bucket="data", Key="k")["Body"].read()) == MIB


def test_a_slow_store_is_as_slow_as_asked(
    folder: ObjectFolder, serve: Callable[..., ObjectServer]
) -> None:
    folder.put("data", "k", b"x" * MIB)
    client = client_of(serve(Conditions(0.05, 4 * MIB)))
    began = time.monotonic()
    assert len(client.get_object(Bucket="data", Key="k")["Body"].read()) == MIB
    assert 0.2 < time.monotonic() - began < 2


@pytest.mark.parametrize("line", [b"nonsense\r\n\r\n", b"GET /data/%ff HTTP/1.1\r\n\r\n"])
def test_nonsense_gets_a_400(serve: Callable[..., ObjectServer], line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", serve().port)) as connection:
        connection.sendall(line)
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
