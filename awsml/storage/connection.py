"""One keep-alive connection to a plain-HTTP store: ranges asked for now, taken later."""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass
from urllib.parse import SplitResult

PATIENCE_SECONDS = 1
_CONNECT_SECONDS = 30
_LONGEST_HEAD = 65_536
_SIZE = re.compile(r"[0-9]{1,18}")
_STATUS = re.compile(r"HTTP/1\.[01] ([1-5][0-9][0-9])(?: |$)")


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer."""

    status: int
    headers: dict[str, str]

    @property
    def total(self) -> int | None:
        """The size of the whole object, from Content-Range."""
        size = self.headers.get("content-range", "").rpartition("/")[2]
        return int(size) if _SIZE.fullmatch(size) else None


class Connection:
    """Blocking, but for a second at most, so that whoever waits can give up."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), _CONNECT_SECONDS)
        self._socket.settimeout(None)
        patience = struct.pack("ll", PATIENCE_SECONDS, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = bytearray()

    @property
    def fd(self) -> int:
        return self._socket.fileno()

    def ask(self, url: SplitResult, start: int, length: int, etag: str | None) -> None:
        """Send a GET for a range; the answer gathers in the kernel until it is taken."""
        lines = [
            f"GET {url.path}?{url.query} HTTP/1.1",
            f"Host: {url.netloc}",
            f"Range: bytes={start}-{start + length - 1}",
        ]
        if etag:
            lines.append(f'If-Match: "{etag}"')
        self._head.clear()
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def head(self) -> Head:
        """The head of the answer, and not a byte of the body.

        Like everything here raises BlockingIOError after a second of silence; call again then.
        """
        while (end := self._head.find(b"\r\n\r\n")) < 0:
            seen = self._received(2048, socket.MSG_PEEK)
            overlap = bytes(self._head[-3:]) + seen
            found = overlap.find(b"\r\n\r\n")
            wanted = len(seen) if found < 0 else found + 4 - len(self._head[-3:])
            self._head += self._received(wanted, 0)
            if len(self._head) > _LONGEST_HEAD:
                raise ConnectionError("the answer has no end of its head")
        lines = self._head[:end].decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        status = _STATUS.match(lines[0])
        if status is None:
            raise ConnectionError("what answers speaks no HTTP")
        return Head(int(status[1]), headers)

    def take(self) -> bytes:
        """Some bytes of the body."""
        return self._received(4096, 0)

    def close(self) -> None:
        self._socket.close()

    def _received(self, count: int, flags: int) -> bytes:
        data = self._socket.recv(count, flags)
        if not data:
            raise ConnectionError("the connection was closed")
        return data
