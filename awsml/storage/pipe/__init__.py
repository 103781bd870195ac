"""Pipe mode: a channel's epochs through FIFOs.

    data = ChannelData(Channel.from_request(params), store, Host(0, 1))
    pipe = PipeChannel(data, store, folder, on_failure=..., on_note=...)
    pipe.start()    # <folder>/<channel>_0 exists from here on: start the process now
    ...
    pipe.stop()     # after the process has ended: threads and FIFOs are gone when it returns
    pipe.progress   # epochs begun and completed, bytes sent

`on_failure(error)` is called once when the data cannot be delivered. The FIFO then stays open, so
that the reader waits instead of taking a broken epoch for a whole one: end the process, then
stop(). `on_note(text)` tells what the user should know. Both are called from the feeder's thread.
"""

from awsml.storage.pipe.channel import PipeChannel, PipeProgress

__all__ = ["PipeChannel", "PipeProgress"]
