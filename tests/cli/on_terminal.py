"""`awsml` as a process whose terminal is its standard input: `python -m tests.cli.on_terminal`."""

import fcntl
import functools
import os
import termios

from awsml.cli import aws_run
from awsml.cli.main import main

_LOOK_SECONDS = 0.5  # instead of a quarter of a minute

if os.isatty(0):
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C typed there reaches this process
aws_run.AwsBackend = functools.partial(aws_run.AwsBackend, every=_LOOK_SECONDS)
main()
