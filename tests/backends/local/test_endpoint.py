"""A local endpoint by SageMaker's contract: what it answers, how it fails, how it ends."""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import sys
import tarfile
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awsml.backends.local.inside.tree import descendants
from awsml.backends.local.serving.invocation import Answer, Invocation
from awsml.backends.local.serving.pool import PoolTerms, WorkerPool
from awsml.store.runs import RunStore
from tests.conftest import CommandLine, Ran
from tests.contracts import check_text

pytestmark = pytest.mark.timeout(60)

SCENARIO = """
kind: endpoint
name: echo
region: us-east-1
role: arn:aws:iam::111122223333:role/r
model: {image: {framework: sklearn, version: "1.2-1"}, code: {dir: ./src, entry: inference.py}}
compute: {instance: ml.m6i.large}
traffic: {payload: 1 KB, example: ./request.json}
"""
ECHO = """
import json, os, time
def model_fn(model_dir): return os.getpid()
def input_fn(body, content_type): return json.loads(body)
def predict_fn(data, model):
    if data == "hang": time.sleep(60)
    if data == "exit": os._exit(3)
    if data == "raise": raise ValueError("no such flower")
    return data
"""


class Endpoint:
    """A deployed endpoint of a project in the working folder."""

    def __init__(self, awsml: CommandLine, folder: Path) -> None:
        self.awsml, self.folder = awsml, folder

    def write(self, script: str = ECHO, scenario: str = SCENARIO) -> None:
        (self.folder / "src").mkdir(exist_ok=True)
        (self.folder / "src" / "inference.py").write_text(textwrap.dedent(script))
        (self.folder / "echo.yaml").write_text(scenario)
        (self.folder / "request.json").write_text('{"a": 1}')

    def deploy(self, *words: str) -> Ran:
        return self.awsml("endpoint", "deploy", *words, "--set", "serving.workers=1")

    @property
    def url(self) -> str:
        with RunStore(self.folder / ".awsml") as store:
            return str(store.get("last").figures["url"])

    @property
    def supervisor(self) -> int:
        with RunStore(self.folder / ".awsml") as store:
            owner = store.get("last").owner
        assert owner is not None
        return owner.pid

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes, Any]:
        kinds = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, body, kinds, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers


@pytest.fixture
def endpoint(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Endpoint]:
    """Programs get a port of their own: on 8080 that of a test beside this one could answer."""
    monkeypatch.setattr("awsml.backends.local.serving.container._PORT", 0)
    made = Endpoint(awsml, tmp_path)
    made.write()
    yield made
    awsml("endpoint", "delete")


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists() or descendants(pid) == []:
            return True
        time.sleep(0.05)
    return False


def test_it_answers_by_the_contract_and_leaves_nothing_when_deleted(endpoint: Endpoint) -> None:
    ran = endpoint.deploy()
    assert ran.code == 0
    assert f"--data-binary @request.json {endpoint.url}/invocations" in ran.err
    assert "delete it with: awsml endpoint delete echo" in ran.err
    with urllib.request.urlopen(endpoint.url + "/ping", timeout=5) as answer:
        assert answer.status == 200
    assert endpoint.post("/invocations", b'{"a": 1}')[:2] == (200, b'{"a": 1}')
    workers = descendants(endpoint.supervisor)
    assert workers
    assert endpoint.awsml("endpoint", "delete", "echo").code == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_boto3_invokes_it_by_endpoint_url(endpoint: Endpoint) -> None:
    import boto3

    endpoint.deploy()
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
    client = boto3.client(
        "sagemaker-runtime", endpoint_url=endpoint.url, region_name="us-east-1", **keys
    )
    sent = {"EndpointName": "echo", "ContentType": "application/json"}
    answer = client.invoke_endpoint(**sent, Body=b"[1, 2]")
    assert json.loads(answer["Body"].read()) == [1, 2]
    assert answer["InvokedProductionVariant"] == "all"
    with pytest.raises(client.exceptions.ModelError) as caught:
        client.invoke_endpoint(**sent, Body=b'"raise"')
    assert caught.value.response["OriginalStatusCode"] == 500
    assert "no such flower" in caught.value.response["OriginalMessage"]


def test_a_handler_that_raises_or_dies_costs_one_answer(endpoint: Endpoint) -> None:
    endpoint.deploy()
    status, body, _ = endpoint.post("/invocations", b'"raise"')
    assert (status, b"no such flower" in body) == (500, True)
    assert endpoint.post("/invocations", b'"exit"')[0] == 500
    assert endpoint.post("/invocations", b'"fine"')[:2] == (200, b'"fine"')


def test_a_body_above_the_limit_is_refused_before_it_is_read(endpoint: Endpoint) -> None:
    endpoint.deploy()
    port = int(endpoint.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"POST /invocations HTTP/1.1\r\nContent-Length: 6291457\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")
    endpoint.post("/endpoints/other/invocations", b"1")
    status, _, headers = endpoint.post("/endpoints/other/invocations", b"1")
    assert (status, headers["x-amzn-ErrorType"]) == (400, "ValidationError")


def test_a_model_that_does_not_load_is_an_error_with_its_reason(endpoint: Endpoint) -> None:
    endpoint.write("def model_fn(d): raise RuntimeError('weights are missing')")
    ran = endpoint.deploy()
    assert ran.code == 1
    assert "endpoint-never-healthy" in ran.err
    assert "weights are missing" in ran.err
    assert gone(endpoint.supervisor)


def test_a_program_that_never_pings_is_given_up(endpoint: Endpoint) -> None:
    endpoint.write(scenario=SCENARIO + "local: {command: [python3, -c, 'raise SystemExit(4)']}\n")
    ran = endpoint.deploy()
    assert ran.code == 1
    assert "ended with 4" in ran.err


@pytest.mark.parametrize("command", ["deploy", "bench"])
def test_a_refusal_is_json_where_json_is_asked_for(endpoint: Endpoint, command: str) -> None:
    endpoint.write(scenario=SCENARIO.replace("compute: {", "compute: {cuont: 1, "))
    ran = endpoint.awsml("endpoint", command, "-o", "json")
    assert ran.code == 1
    assert "unknown-field" in ran.err
    assert check_text("plan", ran.out)["findings"][0]["slug"] == "unknown-field"


def test_a_taken_port_is_said(endpoint: Endpoint) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ran = endpoint.deploy("--port", str(other.getsockname()[1]))
    assert ran.code == 3
    assert "port-taken" in ran.err


def test_an_archive_with_paths_that_escape_is_refused(endpoint: Endpoint, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("../../escaped.txt")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"text"))
    ran = endpoint.deploy("--set", "model.data=./model.tar.gz")
    assert ran.code == 2
    assert "model-archive-unusable" in ran.err
    assert not list(tmp_path.rglob("escaped.txt"))


def test_any_program_that_listens_is_served(endpoint: Endpoint) -> None:
    server = """
        import http.server, os
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self): self.answer(b"")
            def do_POST(self):
                self.answer(self.rfile.read(int(self.headers["Content-Length"])) + b"!")
            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *words): pass
        port = int(os.environ["SAGEMAKER_BIND_TO_PORT"])
        http.server.ThreadingHTTPServer(("127.0.0.1", port), H).serve_forever()
    """
    (endpoint.folder / "server.py").write_text(textwrap.dedent(server))
    endpoint.write(scenario=SCENARIO + "local: {command: [python3, server.py]}\n")
    assert endpoint.deploy().code == 0
    assert endpoint.post("/invocations", b"hello")[:2] == (200, b"hello!")


def test_requests_that_come_together_share_a_pass(endpoint: Endpoint) -> None:
    script = """
        import json
        def model_fn(model_dir): return None
        def predict_fn(rows, model): return [[len(rows), row] for row in rows]
    """
    endpoint.write(script, SCENARIO + "serving: {workers: 1, batch: 4, wait: 500ms}\n")
    endpoint.deploy()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        bodies = [str(number).encode() for number in range(4)]
        answers = list(pool.map(lambda body: endpoint.post("/invocations", body), bodies))
    assert [json.loads(body)[1] for _, body, _ in answers] == [0, 1, 2, 3]
    assert max(json.loads(body)[0] for _, body, _ in answers) > 1


def test_a_handler_that_hangs_is_answered_for_and_replaced(endpoint: Endpoint) -> None:
    said: list[str] = []
    terms = PoolTerms(
        python=sys.executable,
        script=endpoint.folder / "src" / "inference.py",
        model=endpoint.folder,
        environment=dict(os.environ),
        workers=1,
        startup_seconds=20,
        response_seconds=0.5,
    )

    def sent(word: str) -> Invocation:
        return Invocation(json.dumps(word).encode(), "application/json", "*/*")

    async def asked() -> list[Answer]:
        pool = WorkerPool(terms, lambda stream, text: said.append(text))
        await pool.start()
        try:
            answers = await asyncio.gather(pool.invoke(sent("hang")), pool.invoke(sent("fine")))
            end = time.monotonic() + 20  # the limit counts from arrival, so while it starts again
            while answers[-1].status != 200 and time.monotonic() < end:
                answers.append(await pool.invoke(sent("fine")))
        finally:
            await pool.stop(0.5)
        return answers

    late, queued, *_, fine = asyncio.run(asked())
    assert (late.status, queued.status, fine.status) == (504, 504, 200)
    assert b"the handler did not answer within 0.5 s" in late.body
    assert b"no worker took the request within 0.5 s" in queued.body
    assert "worker 0 is started again" in said


def test_a_batch_that_is_answered_in_part_fails_whole(endpoint: Endpoint) -> None:
    script = """
        def model_fn(model_dir): return None
        def predict_fn(rows, model): return []
    """
    endpoint.write(script, SCENARIO + "serving: {workers: 1, batch: 2, wait: 10ms}\n")
    endpoint.deploy()
    status, body, _ = endpoint.post("/invocations", b"1")
    assert (status, b"answered 0 of a batch of 1" in body) == (500, True)


def test_when_the_supervisor_is_killed_the_workers_go_too(endpoint: Endpoint) -> None:
    endpoint.deploy()
    pid = endpoint.supervisor
    workers = descendants(pid)
    os.kill(pid, 9)
    end = time.monotonic() + 5
    while time.monotonic() < end and any(Path(f"/proc/{each}/exe").exists() for each in workers):
        time.sleep(0.05)
    assert not [each for each in workers if Path(f"/proc/{each}/exe").exists()]


def test_its_time_to_live_ends_it(endpoint: Endpoint) -> None:
    raw = "aws: {CreateSchedule: {ScheduleExpression: at(2020-01-01T00:00:00)}}\n"
    endpoint.write(
        scenario=SCENARIO + raw + "ttl: {after: 1h, role: 'arn:aws:iam::111122223333:role/r'}\n"
    )
    ran = endpoint.deploy()
    assert ran.code == 0, ran.err
    end = time.monotonic() + 10
    with RunStore(endpoint.folder / ".awsml") as store:
        while not store.get("last").over and time.monotonic() < end:
            time.sleep(0.05)
        assert store.get("last").reason == "deleted"


def test_bench_writes_what_it_saw_and_advice_goes_on_from_there(endpoint: Endpoint) -> None:
    endpoint.deploy()
    words = ("--seconds", "0.4", "--warm-up", "0.1", "--rate", "100", "--concurrency", "1")
    ran = endpoint.awsml("endpoint", "bench", *words, "-o", "json", "-o", "html=bench.html")
    assert ran.code == 0, ran.err
    points = check_text("bench", ran.out)["points"]
    assert [point["rate"] for point in points] == [None, 100.0]
    assert points[1]["latency_ms"]["p50"] > 0
    assert "observed: {on: this-machine" in (endpoint.folder / "echo.yaml").read_text()
    assert "<svg" in (endpoint.folder / "bench.html").read_text()
    printed = json.loads(endpoint.awsml("advise", "-o", "json").out)
    assert printed["candidates"][0]["sustained_rps"]["basis"] == "assumed"


def test_load_leaves_this_machine_for_nobody(endpoint: Endpoint) -> None:
    ran = endpoint.awsml("endpoint", "bench", "--url", "http://example.com:80/invocations")
    assert ran.code == 2
    assert "not-loopback" in ran.err


def test_why_names_what_a_file_of_utilisation_shows(endpoint: Endpoint) -> None:
    endpoint.deploy()
    rows = "".join(f"{60 * i},{90 + i % 4}\n" for i in range(20))
    (endpoint.folder / "seen.csv").write_text("time,cpu\n" + rows)
    ran = endpoint.awsml("why", "last", "--metrics", "seen.csv", "-o", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["utilisation"]["diagnosis"]["verdict"] == "cpu"
