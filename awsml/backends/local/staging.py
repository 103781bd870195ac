"""Input channels of one host: laid out as files, shown read-only, or streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from awsml.backends.local.inside.order import Isolation, Mount
from awsml.backends.local.job import Channel, TrainingJob
from awsml.backends.local.layout import HostFolder, channels_of
from awsml.backends.local.locations import bucket_and_key, local_path
from awsml.errors import BackendError
from awsml.events import Event, Note, Progress
from awsml.storage.channel import Channel as StoredChannel
from awsml.storage.channel import ChannelData
from awsml.storage.channel import Host as Reader
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.objects import Address, Store
from awsml.storage.places import DirectoryStore, FolderStore
from awsml.storage.stage import Staged, stage, stage_fastfile, whole_folder

# Below this a channel is copied, which costs less than a second and lets a script do with its
# files what it may do on AWS; above, files are links that cannot be written through.
_COPIED_BYTES = 64 * 2**20
_FOLDER_BUCKET = "folder"


@dataclass(frozen=True, slots=True)
class Place:
    """A host's files, and how it will see them."""

    host: str
    folder: HostFolder
    isolation: Isolation


class Staging:
    """Lays out the channels of a job's hosts."""

    def __init__(
        self,
        job: TrainingJob,
        objects: ObjectFolder,
        elsewhere: Callable[[], Store] | None,
        check: Callable[[], None],
    ) -> None:
        """`check` is called now and then, and may raise to give up."""
        self._elsewhere = elsewhere
        self._job = job
        self._objects = objects
        self._check = check
        self.mounts: dict[str, list[Mount]] = {}
        self.bytes = 0

    def lay_out(self, place: Place) -> Iterator[Event]:
        """Everything but streams; mounts that the host needs are left in `mounts`."""
        mounts = self.mounts.setdefault(place.host, [])
        for channel in channels_of(self._job, place.host):
            if channel.file_system:
                raise _no_file_system(channel)
            if channel.mode == "Pipe":
                continue
            store, address = self.source(channel)
            with closing(store), closing(self.data(channel, place.host, store, address)) as found:
                shown = _mountable(channel, found, store, place)
                if shown is not None:
                    mounts.append(shown)
                    continue
                staged, readonly = self._stage(channel, found, store, place)
            self.bytes += staged.bytes
            target = place.folder.channel(channel.name)
            if readonly:
                mounts.append(Mount(str(target), f"/opt/ml/input/data/{channel.name}", True))
            yield Progress(f"channel {channel.name}", staged.bytes, staged.bytes, "B")
            yield from _said(channel, staged, readonly)

    def data(self, channel: Channel, host: str, store: Store, address: Address) -> ChannelData:
        """The channel's objects as one host of those that share it sees them."""
        sharing = [h for h in self._job.hosts if channel in channels_of(self._job, h)]
        described = StoredChannel(
            channel.name,
            address,
            channel.data_type,
            channel.attributes,
            channel.sharded,
            channel.shuffle_seed,
            channel.gzip,
            channel.record_io,
        )
        return ChannelData(described, store, Reader(sharing.index(host), len(sharing)))

    def source(self, channel: Channel) -> tuple[Store, Address]:
        """Where a channel's bytes are: a folder or file of this machine, or the object store."""
        path = local_path(channel.uri)
        if path is None:
            bucket, key = bucket_and_key(channel.uri)
            if self._elsewhere is not None:
                return self._elsewhere(), Address(bucket, key)
            self._objects.require_bucket(bucket, key)
            return FolderStore(self._objects), Address(bucket, key)
        if not path.exists():
            raise BackendError(
                f"channel `{channel.name}`: there is nothing at {path}",
                hint=f"set `inputs.{channel.name}.from` to a folder, a file or s3://",
                slug="channel-missing",
            )
        if path.is_file():
            return DirectoryStore(path.parent), Address(_FOLDER_BUCKET, path.name)
        return DirectoryStore(path), Address(_FOLDER_BUCKET, "")

    def require_local(self) -> None:
        """Refuses a job whose channels name places of this machine that hold nothing."""
        for channel in self._job.channels:
            hosts = [host for host in self._job.hosts if channel in channels_of(self._job, host)]
            if not hosts or local_path(channel.uri) is None:
                continue
            store, address = self.source(channel)
            with closing(store), closing(self.data(channel, hosts[0], store, address)) as found:
                found.require_some()

    def _stage(
        self, channel: Channel, found: ChannelData, store: Store, place: Place
    ) -> tuple[Staged, bool]:
        """What was laid out, and whether the host must not write to it."""
        target = place.folder.channel(channel.name)
        fenced = place.isolation is Isolation.NAMESPACES

        def progress(_: int, __: int) -> None:
            self._check()

        if channel.mode == "FastFile":
            return stage_fastfile(found, store, target, progress), fenced
        linked = fenced and _exceeds(found, _COPIED_BYTES)
        return stage(found, store, target, link=linked, progress=progress), linked


def _mountable(channel: Channel, found: ChannelData, store: Store, place: Place) -> Mount | None:
    """A FastFile channel that is a folder of this machine is shown as it is, read-only."""
    folder = whole_folder(found, store)
    if channel.mode != "FastFile" or folder is None or place.isolation is not Isolation.NAMESPACES:
        return None
    found.require_some()
    place.folder.channel(channel.name).mkdir(parents=True, exist_ok=True)
    return Mount(str(folder), f"/opt/ml/input/data/{channel.name}", True)


def _exceeds(found: ChannelData, limit: int) -> bool:
    total = 0
    for _, each in found.files():
        total += each.size or 0
        if total > limit:
            return True
    return False


def _said(channel: Channel, staged: Staged, readonly: bool) -> Iterator[Event]:
    if channel.mode == "File" and readonly:
        yield Note(
            f"channel `{channel.name}` is linked and read-only here, to save the copy; "
            "in File mode on AWS a script may change its files",
            "differs",
        )
        return
    if not readonly:
        yield from (Note(text, "differs") for text in staged.notes)


def _no_file_system(channel: Channel) -> BackendError:
    return BackendError(
        f"channel `{channel.name}` is a file system of AWS, which this machine does not have",
        hint=f"for a local run give a folder: --set inputs.{channel.name}.from=DIR",
        slug="channel-not-local",
    )
