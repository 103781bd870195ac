"""The fake AWS as an HTTP server on a free loopback port, one thread a connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.fake_aws import (
    batch,
    cloudformation,
    ec2,
    ecr,
    endpoint,
    identity,
    logs,
    protocol,
    quotas,
    runtime,
    s3,
    scheduler,
    training,
    tuning,
)
from tests.fake_aws.world import Fault, Operation, Refusal, World

SERVICES: dict[str, dict[str, Operation]] = {
    "sagemaker": {**training.OPERATIONS, **tuning.OPERATIONS, **endpoint.OPERATIONS},
    "application-autoscaling": endpoint.SCALING,
    "batch": batch.OPERATIONS,
    "cloudformation": cloudformation.OPERATIONS,
    "ec2": ec2.OPERATIONS,
    "logs": logs.OPERATIONS,
    "sts": identity.STS,
    "iam": identity.IAM,
    "ecr": ecr.OPERATIONS,
    "service-quotas": quotas.OPERATIONS,
    "s3": s3.OPERATIONS,
    runtime.SERVICE: runtime.OPERATIONS,
    "scheduler": scheduler.OPERATIONS,
}
# Bodies are too long to be kept.
_JOURNALED = {"s3": s3.journaled, runtime.SERVICE: runtime.journaled}
_SKEW_ALLOWED = 300.0
_STOP_POLL_SECONDS = 0.02


class FakeAws:
    """A running fake; `world` is what a test scripts and inspects."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.world = World(folder, **options)
        handler = type("Handler", (_Handler,), {"world": self.world})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_STOP_POLL_SECONDS,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeAws:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement
    world: World

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Tests print; servers do not."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the caller died in mid-sentence
            self.close_connection = True
            return
        incoming = None
        try:
            incoming = protocol.request(self.command, self.path, self.headers, body)
            self._check_clock()
            self._answer(incoming)
        except Refusal as refusal:
            self._send(refusal.status, *protocol.refused(incoming, refusal))

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST

    def _answer(self, incoming: protocol.Request) -> None:
        if incoming.service == "s3":
            operation, params = s3.decoded(incoming)
        elif incoming.service == runtime.SERVICE:
            operation, params = runtime.decoded(incoming)
        else:
            operation, params = protocol.decoded(incoming)
        fault = self.world.due(operation)
        if fault is not None and fault.when == "before":
            self.world.journal.add(operation, params, "faulted", self.world.clock.now)
            self._strike(fault)
            return
        answer = self._carry_out(incoming, operation, params)
        if fault is not None:
            self._strike(fault)
        elif incoming.service == "s3":
            self._send(*s3.encoded(answer))
        elif incoming.service == runtime.SERVICE:
            self._send(*runtime.encoded(answer))
        else:
            self._send(200, *protocol.encoded(incoming, operation, answer))

    def _carry_out(
        self, incoming: protocol.Request, operation: str, params: dict[str, Any]
    ) -> dict[str, Any]:
        world = self.world
        carry_out = SERVICES.get(incoming.service, {}).get(operation)
        journaled = _JOURNALED.get(incoming.service)
        kept = journaled(params) if journaled else params
        with world.lock:
            if operation.startswith(("Describe", "List")):
                world.clock.sleep(world.tick)
            try:
                if carry_out is None:
                    message = f"the fake AWS has no {incoming.service}:{operation}"
                    raise Refusal("UnknownOperationException", message)
                answer = carry_out(world, incoming.region, params)
            except Refusal:
                world.journal.add(operation, kept, "refused", world.clock.now)
                raise
            world.journal.add(operation, kept, "accepted", world.clock.now)
            return answer

    def _strike(self, fault: Fault) -> None:
        if isinstance(fault.how, Refusal):
            raise fault.how
        if fault.how == "hang":
            time.sleep(fault.seconds)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _check_clock(self) -> None:
        stamp = self.headers.get("X-Amz-Date", "")
        sent = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        here = time.time() + self.world.skew_seconds
        if abs(here - sent) > _SKEW_ALLOWED:
            wording = f"Signature expired: {stamp} is now earlier than the server's time - 5 min."
            raise Refusal("InvalidSignatureException", wording, 403)

    def _send(
        self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
