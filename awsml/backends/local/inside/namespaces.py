"""Rootless user, mount, UTS, IPC and PID namespaces, and the mounts that make a container."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat

from awsml.backends.local.inside.order import Mount, Order

_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_RDONLY, _REMOUNT, _BIND, _MOVE, _REC, _PRIVATE = 1, 32, 4096, 8192, 16384, 1 << 18
# statvfs flags that a remount in a user namespace must repeat, as mount flags
_LOCKED = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_IDENTITY = 4294967295  # every user id there is


def die_with_parent(signal_number: int) -> None:
    """Ask the kernel for this signal when the parent ends; nothing where there is no prctl."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def adopt_orphans() -> None:
    """Processes below this one whose parent ends become its children, where the kernel can."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def enter(*, network: bool) -> None:
    """Move this process into fresh namespaces; its next child is PID 1 of the new tree.

    Root keeps every user id (files of other users stay readable), anybody else becomes the
    root of a namespace with one user, as in a container. Only a process that stayed outside
    may write such maps, hence the child.
    """
    told, tell = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.close(tell)
        os._exit(_map_users(os.getppid()) if os.read(told, 1) else 1)
    os.close(told)
    try:
        flags = _NEWUSER | _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | (0 if network else _NEWNET)
        _check(_libc().unshare(flags), "unshare")
        os.write(tell, b"x")
    finally:
        os.close(tell)
        _, status = os.waitpid(mapper, 0)
    if status != 0:
        raise OSError("the user map was refused")
    if not network:
        _loopback_up()


def _map_users(pid: int) -> int:
    """Exit code: 0 when both maps were written."""
    root = os.geteuid() == 0
    try:
        if not root:
            _write(f"/proc/{pid}/setgroups", "deny")
        for name, own in (("uid_map", os.geteuid()), ("gid_map", os.getegid())):
            line = _whole_map(name) if root else f"0 {own} 1"
            _write(f"/proc/{pid}/{name}", line)
    except OSError:
        return 1
    return 0


def _whole_map(name: str) -> str:
    """Each id of this namespace onto itself."""
    with open(f"/proc/self/{name}", encoding="ascii") as file:
        ranges = [line.split() for line in file]
    return "\n".join(f"{first} {first} {count}" for first, _, count in ranges) + "\n"


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def build(order: Order) -> None:
    """Everything the entry point shall find: /opt/ml, channels, host names, its own /proc."""
    _mount("none", "/", None, _REC | _PRIVATE)
    _provide_opt_ml(order.scratch)
    _mount(order.tree, "/opt/ml", None, _BIND | _REC)
    for mount in order.mounts:
        _show(mount)
    if order.hosts_file and os.path.exists("/etc/hosts"):
        _mount(order.hosts_file, "/etc/hosts", None, _BIND)
    name = order.hostname.encode()
    _check(_libc().sethostname(name, len(name)), "sethostname")
    # A masked /proc (Docker's default) may not be mounted again; then the old one stays.
    with contextlib.suppress(OSError):
        _mount("proc", "/proc", "proc", 2 | 4 | 8)


def _provide_opt_ml(scratch: str) -> None:
    """Unless /opt/ml is a folder, /opt becomes a private one with the same content and ml.

    A link is no folder: it is another job's, and goes when that job ends.
    """
    if _is_folder("/opt/ml"):
        return
    os.makedirs(scratch, exist_ok=True)
    _mount("tmpfs", scratch, "tmpfs", 2 | 4, "mode=755,size=1m")
    os.mkdir(f"{scratch}/ml")
    for entry in os.scandir("/opt"):
        if entry.name != "ml":
            with contextlib.suppress(FileNotFoundError):  # it went while we looked
                _show_entry(entry, f"{scratch}/{entry.name}")
    _mount(scratch, "/opt", None, _MOVE)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _show_entry(entry: os.DirEntry[str], target: str) -> None:
    if entry.is_symlink():
        os.symlink(os.readlink(entry.path), target)
        return
    if entry.is_dir():
        os.mkdir(target)
    else:
        _write(target, "")
    _mount(entry.path, target, None, _BIND | _REC)


def _show(mount: Mount) -> None:
    os.makedirs(mount.target, exist_ok=True)
    _mount(mount.source, mount.target, None, _BIND | _REC)
    if mount.readonly:
        has = os.statvfs(mount.target).f_flag
        kept = sum(flag for bit, flag in _LOCKED.items() if has & bit)
        _mount(None, mount.target, None, _BIND | _REMOUNT | _RDONLY | kept)


def _loopback_up() -> None:
    """A fresh network namespace has a loopback that is down."""
    import fcntl  # late, as most jobs have a network: each module costs every start
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    texts = [None if t is None else os.fsencode(t) for t in (source, target, kind, options)]
    result = _libc().mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3])
    _check(result, f"mount {source or target} on {target}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
